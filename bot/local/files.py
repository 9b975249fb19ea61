"""Bot API methods that send files, and hand them out again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.local.formatting import read_caption
from bot.local.images import Image, ImageError, read_image
from bot.local.parameters import Parameters, Upload
from bot.local.refusals import bad_request
from bot.local.sending import read_place
from bot.local.state import LocalState
from bot.local.wire import write_message

# From the Bot API's sendPhoto: "The photo must be at most 10 MB in size. The photo's width and
# height must not exceed 10000 in total. Width and height ratio must be at most 20."
_LARGEST_PHOTO_BYTES = 10 * 1024 * 1024
_MOST_PIXELS_OF_SIDES = 10_000
_LARGEST_RATIO = 20


async def send_document(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``sendDocument``, of a file in the request."""
    upload = _get_upload(parameters, "document")
    said = read_caption(parameters)
    chat, content = read_place(state, parameters)
    document = state.add_file(upload.name, upload.content_type, upload.content)
    content = replace(content, text=said.text, entities=said.entities, document=document)
    return write_message(chat, state.send_message(chat, content, "sendDocument"))


async def send_photo(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``sendPhoto``, of a PNG or a JPEG in the request, which is kept as it came."""
    upload = _get_upload(parameters, "photo")
    said = read_caption(parameters)
    chat, content = read_place(state, parameters)
    image = _check_picture(upload.content)
    photo = state.add_photo(image.content_type, upload.content, image.width, image.height)
    content = replace(content, text=said.text, entities=said.entities, photo=photo)
    return write_message(chat, state.send_message(chat, content, "sendPhoto"))


async def get_file(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``getFile``; the path is below ``base_file_url`` and the token."""
    file = state.files.get(parameters.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    size = {"file_size": len(file.content)}
    unique = {"file_unique_id": file.file_id[-12:]}
    return {"file_id": file.file_id, **unique, **size, "file_path": file.file_id}


def _get_upload(parameters: Parameters, kind: str) -> Upload:
    name = parameters.text(kind).removeprefix("attach://")
    files: Mapping[str, Upload] = parameters.files
    upload = files.get(name) or files.get(kind)
    if upload is None:
        raise bad_request(f"there is no {kind} in the request")
    if not upload.content:
        raise bad_request("file must be non-empty")
    return upload


def _check_picture(content: bytes) -> Image:
    if len(content) > _LARGEST_PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(content)} bytes is too big for a photo; "
            f"the maximum size is {_LARGEST_PHOTO_BYTES} bytes"
        )
    try:
        image = read_image(content)
    except ImageError:
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    short, long = sorted((image.width, image.height))
    if short + long > _MOST_PIXELS_OF_SIDES or long > short * _LARGEST_RATIO:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return image
