"""Who performs, who answers and whose news are taken for one bank: what its settings and its wrapper allow."""

from dataclasses import dataclass

import httpx

from core_adapters import internal
from core_adapters.brands import BankBrand
from core_adapters.breaker import Breaker
from core_adapters.external.acquirer import card_payments
from core_adapters.external.acquirer.acquirer import Acquirer
from core_adapters.external.acquirer.performer import CardPayments
from core_adapters.external.acquirer.receiving import takes_money_in
from core_adapters.external.billers import register
from core_adapters.external.billers.names import Names
from core_adapters.external.billers.paying import BillPayments
from core_adapters.external.billers.questions import BillQuestions
from core_adapters.http import Service, client
from core_adapters.internal import bills
from core_adapters.internal.credentials import credentials
from core_adapters.links import Links
from core_adapters.logins import BearerLogin
from core_adapters.operations.saved import Saved, as_it_is
from core_adapters.operations.sca import ScaCodes
from core_adapters.operations.store import Store
from core_adapters.pages.opening import Opening
from core_adapters.pages.setting import Setting
from core_adapters.pages.store import PageStore
from core_adapters.ports import Answerer, Bank, Credentials, Directory, Performer
from core_adapters.receipts import Receipts
from core_adapters.recurring.orders import RecurringOrders
from core_adapters.recurring.past import Past
from core_adapters.recurring.questions import RecurringQuestions
from core_adapters.registering import Registration
from core_adapters.settings import CoreSettings
from flows.ports import Sms


@dataclass(frozen=True, slots=True)
class Ground:
    """What every part stands on: the bank is reached over ``service``, all others over ``http``."""

    settings: CoreSettings
    store: Store
    brand: BankBrand
    directory: Directory
    http: httpx.AsyncClient
    service: Service
    bank: Bank

    @classmethod
    def at(cls, settings: CoreSettings, store: Store, brand: BankBrand, directory: Directory) -> "Ground":
        """Raises NoSuchBank when there is no wrapper of the bank's name."""
        http, login = client(), settings.login or BearerLogin(settings.token)
        service = Service(http, settings.url.rstrip("/"), login, _breaker(store))
        bank = internal.wrapper(settings.bank, service, store.pool, store.sealer, directory)
        return cls(settings, store, brand, directory, http, service, bank)

    @property
    def links(self) -> Links:
        return Links(self.store.sealer, self.settings.public_url)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a room. Those that its bank has no side for, or its settings no address, are None."""

    ground: Ground
    pages: PageStore
    secrets: Credentials | None
    setting: Setting | None
    paying: BillPayments | None
    billers: BillQuestions | None
    paid: CardPayments | None
    saved: Saved
    past: Past
    receipts: Receipts

    def who_performs(self, sms: Sms) -> list[Performer]:
        """Everybody who acts on an order, the bank first."""
        ground = self.ground
        opening = Opening(self.pages, ground.bank, self.secrets, ground.settings.public_url)
        performing: list[Performer] = [ground.bank, ScaCodes(ground.store, ground.directory, sms), opening]
        performing += [part for part in (self.setting, self.paying, self.paid) if part is not None]
        return [*performing, self.saved, RecurringOrders(ground.store, ground.brand, self.past, ground.bank)]

    @property
    def who_answers(self) -> list[Answerer]:
        """Everybody who is asked for what the bank does not know."""
        ground = self.ground
        billers: list[Answerer] = [self.billers] if self.billers is not None else []
        others = (ground.bank, *billers)
        return [
            *billers,
            self.saved,
            RecurringQuestions(ground.store, ground.brand, ground.directory, self.past, others),
        ]

    @property
    def whose_news(self) -> list[Registration]:
        """Everybody who is told where news for us go."""
        told = self.ground.settings
        news = [Registration(self.ground.bank, told.webhook_url, told.webhook_secrets)]
        if self.paid is not None:
            news.append(Registration(self.paid, told.acquirer_webhook_url, told.acquirer_webhook_secrets))
        return news


def gather(ground: Ground) -> Parts:
    """All parts that stand on this ground."""
    secrets = credentials(ground.settings.bank, ground.service, ground.directory)
    paying, billers = _billers(ground)
    biller_name = Names(billers.partners).of if billers is not None else as_it_is
    return Parts(
        ground=ground,
        pages=PageStore(ground.store),
        secrets=secrets,
        setting=Setting(secrets) if secrets is not None else None,
        paying=paying,
        billers=billers,
        paid=_acquirer(ground),
        saved=Saved(ground.store, biller_name),
        past=Past(ground.store, biller_name),
        receipts=Receipts(ground.store, ground.links, biller_name),
    )


def _billers(ground: Ground) -> tuple[BillPayments | None, BillQuestions | None]:
    settings = ground.settings
    debits = bills.debits(settings.bank, ground.service, ground.directory)
    if debits is None or not settings.billers_url:
        return None, None
    partners = register.partners(ground.http, settings.billers_url.rstrip("/"), settings.billers_secret)
    return BillPayments(partners, debits), BillQuestions(partners, debits, ground.directory)


def _acquirer(ground: Ground) -> CardPayments | None:
    settings, bank = ground.settings, ground.bank
    if not settings.acquirer_url or not takes_money_in(bank):
        return None
    acquirer = Acquirer.at(ground.http, settings.acquirer_url, settings.acquirer_key, _breaker(ground.store))
    return card_payments(acquirer, bank, ground.links, ground.brand.name)


def _breaker(store: Store) -> Breaker:
    return Breaker(clock=lambda: store.clock().timestamp())
