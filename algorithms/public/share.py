"""Words of a page that stand in it more than once: its title and description, also for who shares its address.

A template block can be written once only, and which words fill it is known by the page alone.
"""

from __future__ import annotations

import re
from html import unescape

from django.template import Library, Node, NodeList, TemplateSyntaxError
from django.template.base import Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

register = Library()

_CONTENT = re.compile(r'content="([^"]*)"')


class Kept(Node):
    def __init__(self, name: str, nodelist: NodeList):
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:
        made = self.nodelist.render(context)
        context[self.name] = made
        return made


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """Write what stands up to `endkept`, and keep it under a name: {% kept title %}…{% endkept %}."""
    _tag, *names = token.split_contents()
    if len(names) != 1:
        raise TemplateSyntaxError("kept needs one name")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(names[0], nodelist)


@register.filter
def words(html: str) -> str:
    """Return the words of a kept piece as plain text, on one line: those of a `meta` element are its content."""
    found = _CONTENT.search(html)
    return " ".join(unescape(found[1] if found else html).split())
