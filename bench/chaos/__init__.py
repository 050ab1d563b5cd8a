"""``make chaos``: everything goes wrong at once over a bank whose total must stay what it was.

``plan`` draws what goes wrong and when from one seed; ``estate`` runs the processes that it goes wrong with, ``proxy``
the wires between them; ``workload`` are the customers, ``checks`` what must hold, ``report`` what is said of it.
"""
