"""The step kinds of the language, one file each; a file's docstring shows the YAML as staff would write it.

Every ``enter`` gets the turn, the run and the step. It answers the id of the step to go to, or None when the run has
to wait (it then holds a question or a ``waiting``) or has been replaced.
"""
