"""Those whom bills are paid to, in one shape whatever they speak.

`partner` is that shape, `xml_partner` and `json_partner` speak the two languages, `register` says who speaks which;
`paying` pays (two legs, one operation), `questions` answers what the catalogue and the API ask.
"""
