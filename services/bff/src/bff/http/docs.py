"""Swagger UI, with a content security policy that names its inline script by its hash."""

import base64
import hashlib
import re

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
DIRECTIVES = (
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


def add_docs(app: FastAPI, path: str, assets: str) -> None:
    """Serve Swagger UI at `path`, with its files from below `assets`."""
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
        title=app.title,
        swagger_js_url=f"{assets}/swagger-ui-bundle.js",
        swagger_css_url=f"{assets}/swagger-ui.css",
        swagger_favicon_url=f"{assets}/favicon.png",
        swagger_ui_parameters=app.swagger_ui_parameters,
    )
    page.headers["Content-Security-Policy"] = policy_of(bytes(page.body).decode())

    @app.get(path, include_in_schema=False)
    def show_docs() -> HTMLResponse:
        return page


def policy_of(html: str) -> str:
    """Return the policy of a page: scripts of this origin, and its inline ones by hash."""
    digests = [hashlib.sha256(each.encode()).digest() for each in INLINE_SCRIPT.findall(html)]
    hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    return "; ".join([*DIRECTIVES, " ".join(["script-src 'self'", *hashes])])
