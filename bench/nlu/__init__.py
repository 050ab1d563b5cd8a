"""How well and how cheaply sentences are understood: the engines side by side on the same sets.

``command`` runs, ``sets`` reads, ``engines`` says what an engine is, ``quality`` and ``serving`` measure. The test
parts are asked once, at the end: whatever was chosen was chosen on a split of the training parts (``nlu/training.py``
does so by cross-validation each time it trains), never by a figure that is printed here.
"""
