"""Reads `message` of a call of the Send API into what the thread keeps, or refuses it."""

from typing import Any

from sandbox.messenger import failures, given
from sandbox.messenger.buttons import check_quick_replies, check_template
from sandbox.messenger.chats import Content
from sandbox.messenger.files import File, Files
from sandbox.messenger.limits import ATTACHMENT_MAX_BYTES, IMAGE_BY_URL_MAX_BYTES, METADATA_MAX, TEXT_MAX, UPLOAD_KEPT_S
from sandbox.messenger.pages import Page
from sandbox.messenger.remote import fetch
from sandbox.messenger.templates import Templates, filled
from sandbox.phones.files import measure
from sandbox.phones.forms import Upload

MEDIA = ("image", "audio", "video", "file")


class Reader:
    """Reads messages of one Page. `now` in seconds; `upload` is the file of a multipart call."""

    def __init__(self, page: Page, files: Files, templates: Templates, now: float, upload: Upload | None) -> None:
        self._page, self._files, self._templates = page, files, templates
        self._now, self._upload = now, upload

    async def message(self, message: dict[str, Any]) -> Content:
        """{"text"?, "buttons"?, "cards"?, "file"?, "attachment"? (a template as it was sent), "quick_replies"?,
        "metadata"?}. Raises GraphRefused."""
        content = await self._main(message)
        if "quick_replies" in message:
            content["quick_replies"] = check_quick_replies(message["quick_replies"])
        if message.get("metadata") is not None:
            content["metadata"] = given.text(message["metadata"], "message[metadata]", METADATA_MAX)
        return content

    async def _main(self, message: dict[str, Any]) -> Content:
        if message.get("template") is not None:
            return self._template(given.mapping(message["template"], "message[template]"))
        if message.get("attachment") is not None and message.get("text"):
            raise failures.bad("Message cannot have both text and an attachment")
        if message.get("attachment") is not None:
            return await self._attachment(given.mapping(message["attachment"], "message[attachment]"))
        if not message.get("text"):
            raise failures.bad("Message cannot be empty, must provide valid attachment or text", 2018034)
        return {"text": given.text(message["text"], "message[text]", TEXT_MAX)}

    def _template(self, asked: dict[str, Any]) -> Content:
        name = given.text(given.required(asked, "name", "message[template]"), "message[template][name]", 512)
        code = given.mapping(asked.get("language"), "message[template][language]").get("code")
        language = given.text(code, "message[template][language][code]", 10)
        template = self._templates.find(self._page.id, name, language)
        if template is None:
            raise failures.bad(f"Template name {name} does not exist in {language}")
        components = asked.get("components") or []
        text, buttons = filled(template, [given.mapping(each, "message[template][components]") for each in components])
        return {"text": text, "buttons": buttons, "template": name}

    async def _attachment(self, attachment: dict[str, Any]) -> Content:
        path = "message[attachment]"
        kind = given.one_of(given.required(attachment, "type", path), f"{path}[type]", (*MEDIA, "template"))
        if kind != "template":
            file = await self.file(kind, attachment.get("payload") or {})
            return {"file": file.id}
        payload = given.mapping(given.required(attachment, "payload", path), f"{path}[payload]")
        check_template(payload)
        return _of_template(payload) | {"attachment": attachment}

    async def file(self, kind: str, payload: dict[str, Any]) -> File:
        """The file of an attachment: uploaded now, fetched from an address, or saved before. Raises GraphRefused."""
        if payload.get("attachment_id"):
            return self._saved(str(payload["attachment_id"]))
        if payload.get("url"):
            most = IMAGE_BY_URL_MAX_BYTES if kind == "image" else ATTACHMENT_MAX_BYTES
            upload = await fetch(given.url(payload["url"], "message[attachment][payload][url]"), most)
        elif self._upload:
            upload = self._upload
        else:
            raise failures.bad("An incorrect number of files uploaded. Must upload exactly one file.", 2018005)
        return self._kept(kind, upload)

    def _kept(self, kind: str, upload: Upload) -> File:
        if len(upload.data) > ATTACHMENT_MAX_BYTES:
            raise failures.bad("Attachment size exceeds allowable limit", 2018109)
        if not upload.data or (kind == "image" and not measure(upload.data)[0]):
            raise failures.bad("Upload attachment failure.", 2018047)
        return self._files.add(self._page.id, kind, upload.name, upload.mime, self._now, upload.data)

    def _saved(self, file_id: str) -> File:
        file = self._files.find(file_id)
        if file is None or file.page != self._page.id or file.at < self._now - UPLOAD_KEPT_S:
            raise failures.bad("Invalid attachment id", 2018074)
        return file


def _of_template(payload: dict[str, Any]) -> Content:
    """A button template is a text with buttons; a generic one is cards, whose buttons stand in one list."""
    if payload["template_type"] == "button":
        return {"text": payload["text"], "buttons": payload["buttons"]}
    cards = [
        {"title": each["title"], "subtitle": each.get("subtitle", ""), "picture": each.get("image_url", "")}
        for each in payload["elements"]
    ]
    text = "\n\n".join(f"{card['title']}\n{card['subtitle']}".strip() for card in cards)
    buttons = [button for each in payload["elements"] for button in each.get("buttons", [])]
    return {"text": text, "cards": cards, "buttons": buttons}
