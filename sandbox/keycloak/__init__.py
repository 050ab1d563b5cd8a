"""A Keycloak beside the bank: realms, clients and people that are told to it, tokens in Keycloak's shape."""
