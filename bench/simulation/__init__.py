"""The money path under a seed: real code and a real Postgres, and everything else drawn from one number.

A run has two processes of ours, a core, a gateway for messages, customers who tap and staff who decide. Time stands
still unless it is moved, and only one task goes on at a time, from one pause to the next: a pause stands before each
statement, each commit and each call, and behind each commit and call. Which task goes on, what the core does to a
request, when a process dies, stalls or has its clock wrong is drawn from the seed, so that the same seed is the same
run, and a seed that fails fails again.

``turns`` says who goes next, ``postgres`` is a process's way to the database, ``core`` is the other side, ``world``
puts them together, ``laws`` looks at the books after each commit, ``driver`` draws, ``command`` is
``make bench ARGS="simulate --seeds 100 --from 1"``.
"""
