"""What doctor finds out about the machine it runs on."""

import socket

import pytest
from aiohttp import web

from bot.adapters import doctor_machine


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize(("mode", "state"), [(0o600, "pass"), (0o644, "warn")])
def test_a_file_of_settings_is_for_its_owner(tmp_path, mode, state):
    file = tmp_path / ".env"
    file.touch(mode=mode)

    assert doctor_machine.env_file(file).state.value == state
    assert doctor_machine.env_file(tmp_path / "none").state.value == "pass"


def test_a_folder_that_can_be_written_to_passes_before_it_is_made(tmp_path):
    finding = doctor_machine.folder(tmp_path / "a" / "b")

    assert finding.state.value == "pass"
    assert not (tmp_path / "a").exists()


def test_a_folder_below_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    finding = doctor_machine.folder(tmp_path / "file" / "data")

    assert finding.state.value == "fail"
    assert finding.found.endswith(f"{tmp_path / 'file'} is a file")


async def test_a_free_port_passes_and_the_public_address_is_left_to_a_person():
    port, public = await doctor_machine.port("127.0.0.1", 0, seconds=1)

    assert port.state.value == "pass"
    assert public.state.value == "note"
    assert "HOST=127.0.0.1" in public.remedy


async def test_a_port_that_another_program_has_is_told(taken_port):
    port, _ = await doctor_machine.port("127.0.0.1", taken_port, seconds=0.1)

    assert port.state.value == "fail"
    assert "Address already in use" in port.found
    assert "set PORT" in port.remedy


async def test_a_receiver_of_ours_that_has_the_port_is_no_fault():
    async def alive(_request):
        return web.json_response({"alive": True})

    app = web.Application()
    app.router.add_get("/healthz", alive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    port, _ = await doctor_machine.port("127.0.0.1", runner.addresses[0][1], seconds=1)

    await runner.cleanup()
    assert port.state.value == "pass"


async def test_an_address_that_this_machine_has_not_is_told():
    port, public = await doctor_machine.port("192.0.2.1", 3000, seconds=0.1)

    assert port.state.value == "fail"
    assert "127.0.0.1" not in public.remedy


def test_the_proxy_is_named_without_its_password(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://ana:pass" + "word@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", ".slack.com")

    finding = doctor_machine.proxies(["https://slack.com/api/", "https://api.anthropic.com"])

    assert finding.found == (
        "slack.com directly; api.anthropic.com by http://proxy.example:3128 (from HTTPS_PROXY, NO_PROXY)"
    )


def test_without_a_proxy_that_is_said():
    assert doctor_machine.proxies(["https://slack.com/api/"]).state.value == "pass"
