"""The wrappers' HTTP face: operations and questions, behind bearer tokens, described by OpenAPI."""
