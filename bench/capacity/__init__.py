"""How many machines a bank needs: what a turn costs here, times what its customers do, on paper and by simulation."""
