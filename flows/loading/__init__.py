"""From YAML nodes to the flow model: one file for each thing that staff or developers write."""
