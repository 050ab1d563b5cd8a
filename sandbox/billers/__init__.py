"""Whom bills are paid to: a mobile operator and television with an XML face, utilities, the Internet and transport with
a JSON one. `books` is what they keep, `xml_face` and `json_face` how one talks to them."""
