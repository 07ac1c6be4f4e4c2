"""Contract templates as the API shows them. Pure."""

from bff.contract_templates.query import Template
from bff.contract_templates.schemas import TemplateRow


def template_row(name: str, template: Template) -> TemplateRow:
    """Return a template as it is offered."""
    document = template.document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return TemplateRow(
        template=name,
        name=template.name,
        source=template.source,
        checked=template.checked,
        unconfirmed=template.unconfirmed,
        document=document,
        series=list(template.series),
    )
