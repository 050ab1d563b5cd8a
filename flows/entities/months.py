"""Month names of English, Ukrainian and Russian, in the cases that stand in dates."""

_NAMES = (
    "january jan січень січня січні січ январь января январе янв",
    "february feb лютий лютого лютому лют февраль февраля феврале фев",
    "march mar березень березня березні бер март марта марте",
    "april apr квітень квітня квітні квіт апрель апреля апреле апр",
    "may травень травня травні трав май мая мае",
    "june jun червень червня червні черв июнь июня июне",
    "july jul липень липня липні лип июль июля июле",
    "august aug серпень серпня серпні серп август августа августе авг",
    "september sept sep вересень вересня вересні вер сентябрь сентября сентябре сен",
    "october oct жовтень жовтня жовтні жовт октябрь октября октябре окт",
    "november nov листопад листопада листопаді лист ноябрь ноября ноябре ноя",
    "december dec грудень грудня грудні груд декабрь декабря декабре дек",
)
MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
# For a regular expression; longer names first, so that "лист" does not eat the start of "листопада".
PATTERN = "|".join(sorted(MONTHS, key=len, reverse=True))
