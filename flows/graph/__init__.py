"""Draws flows: ``picture_of`` says what there is to draw, and it is written as Mermaid, as SVG or as a page.

The layout is our own, so that nothing has to be installed to look at a flow. Every step knows its line.
"""

from flows.graph.mermaid import as_mermaid
from flows.graph.overview import as_overview
from flows.graph.page import as_page
from flows.graph.palette import Palette
from flows.graph.picture import Picture, picture_of, picture_of_all
from flows.graph.svg import as_svg

__all__ = ["Palette", "Picture", "as_mermaid", "as_overview", "as_page", "as_svg", "picture_of", "picture_of_all"]
