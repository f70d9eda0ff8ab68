"""What people do with alerts, beside an engine that commits."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.cases.kinds import Act
from maritime_grid.domain.alerts import Alert
from maritime_grid.domain.errors import UsageError
from maritime_grid.pipeline.errands import Errands
from maritime_grid.pipeline.publish import alert_payload, messages_of
from maritime_grid.pipeline.world import build_world
from maritime_grid.store.alert_acts import AlertResolved, Alerts, CaseElsewhere, NoSuchAlert
from maritime_grid.store.alert_reads import AlertFilter, list_alerts, read_alert
from maritime_grid.store.reads import Reads
from maritime_grid.store.writer import Store

from . import build
from .alert_build import AT, MINUTE, alert_commands, world_with_alerts
from .case_build import ACCOUNTS, NOW, SETTINGS, ask, commands, reading_as

# who reads, and may act on where its role may act, which of the alerts
READS = {
    "lin": {"sos", "silence"}, "village1": {"sos", "silence"}, "town1": {"sos", "silence"}, "town2": {"east"},
    "county": {"sos", "silence", "east"}, "city": {"sos", "silence", "east", "nowhere"}, "fishery": {"east"},
    "police": set(), "guard": {"sos", "silence", "east", "nowhere"}, "shop": set(), "root": set(), "wall": set(),
}  # fmt: skip
ACKNOWLEDGE = {"town1", "town2", "county", "city", "fishery", "police", "guard"}
RESOLVE = ACKNOWLEDGE - {"fishery", "police"}
OPEN_CASE = ACKNOWLEDGE | {"village1"}


@pytest.fixture
def alerts(store: Store, store_dsn: str) -> dict[str, Alert]:
    made = world_with_alerts(store, store_dsn)
    ask(store_dsn, "insert into mg.post (body_id, post, grid_id, since) "
                   "values ('F', 'department', 'G2', '2020-01-01') returning 1")  # fmt: skip
    return made


@pytest.fixture
def acts(alerts: dict[str, Alert], store_dsn: str):
    with alert_commands(store_dsn) as opened:
        yield opened


@pytest.mark.parametrize("who", [name for name, *_ in ACCOUNTS])
def test_account_reads_and_acts_on_exactly_the_alerts_that_are_its_own(acts: Alerts, alerts, store_dsn: str, who: str):
    names = {alert.alert_id: name for name, alert in alerts.items()}
    with reading_as(store_dsn, who) as conn:
        assert {names[row.alert_id] for row in list_alerts(conn, AlertFilter())} == READS[who]
        logged = conn.execute("select distinct alert_id from api.my_alert_log").fetchall()
        assert {names[alert_id] for (alert_id,) in logged} == READS[who]
        for alert_id, name in names.items():
            assert (read_alert(conn, alert_id, NOW) is not None) == (name in READS[who])
    for alert_id, name in names.items():
        for may, act in (
            (ACKNOWLEDGE, lambda a: acts.acknowledge(a, who, NOW)),
            (RESOLVE, lambda a: acts.resolve(a, who, "false", "误报", NOW)),
            (OPEN_CASE, lambda a: acts.open_case(a, who, NOW)),
        ):
            if who in may and name in READS[who]:
                act(alert_id)
            else:
                with pytest.raises(NoSuchAlert if who in may else NotAllowed):
                    act(alert_id)


def test_first_of_two_who_acknowledge_stays_and_the_second_is_told(acts: Alerts, alerts, store_dsn: str):
    sos = alerts["sos"].alert_id
    start = threading.Barrier(2)

    def press(who: str):
        start.wait(5)
        return acts.acknowledge(sos, who, NOW)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(press, ["town1", "guard"]))
    assert sorted(d.changed for d in done) == [False, True]
    assert done[0].by == done[1].by
    assert {d.post_zh for d in done} <= {"单位T1", "部门G"}
    assert ask(store_dsn, "select count(*) from mg.alert_log where what = 'acknowledge'") == [(1,)]


def test_resolve_acknowledges_says_what_it_was_and_stands(acts: Alerts, alerts, store_dsn: str):
    silence = alerts["silence"].alert_id
    assert acts.resolve(silence, "town1", "false", " 手机联系\n船长，平安 ", NOW).changed
    assert not acts.resolve(silence, "town1", "false", "手机联系 船长，平安", NOW + MINUTE).changed
    with pytest.raises(AlertResolved, match="as false by town1"):
        acts.resolve(silence, "guard", "true", "没有回港", NOW + MINUTE)
    with reading_as(store_dsn, "town1") as conn:
        view = read_alert(conn, silence, NOW)
    assert view
    row = view.row
    assert (row.state, row.verdict, row.resolution) == ("resolved", "false", "手机联系 船长，平安")
    assert (row.seen_name, row.seen_post_zh, row.resolved_name) == ("名town1", "单位T1", "名town1")
    assert [(s.what, s.note) for s in view.log] == [
        ("raise", ""),
        ("acknowledge", ""),
        ("resolve", "false: 手机联系 船长，平安"),
    ]


@pytest.mark.parametrize(("verdict", "reason"), [("maybe", "x"), ("true", " \n"), ("test", "长" * 501)])
def test_verdict_has_a_word_and_a_reason(acts: Alerts, alerts, verdict: str, reason: str):
    with pytest.raises(UsageError):
        acts.resolve(alerts["sos"].alert_id, "guard", verdict, reason, NOW)


def test_case_of_an_emergency_takes_over_place_and_vessel_and_is_opened_once(acts: Alerts, alerts, store_dsn: str):
    sos = alerts["sos"].alert_id
    start = threading.Barrier(3)

    def press(who: str):
        start.wait(5)
        return acts.open_case(sos, who, NOW)

    with ThreadPoolExecutor(3) as pool:
        filed = list(pool.map(press, ["town1", "guard", "village1"]))
    assert len({f.case_id for f in filed}) == 1
    assert sorted(f.repeated for f in filed) == [False, True, True]
    case = ask(store_dsn, "select kind, subkind, title, place, lon, lat, channel, unit_id, reporter from mg.case_file")
    (kind, subkind, title, place, lon, lat, channel, unit, reporter) = case[0]
    assert len(case) == 1
    assert (kind, subkind, title) == ("emergency", "other", "求救：浙普渔60001，近岸网格一")
    assert (place, lon, lat) == ("近岸网格一，30°12.00′N 122°42.00′E", 122.7, 30.2)
    assert (channel, unit) == ("alert", "T1-V")
    assert reporter in {"town1", "guard", "village1"}
    assert ask(store_dsn, "select mmsi, ship_name from mg.case_party") == [(412000001, "浙普渔60001")]
    assert ask(store_dsn, "select seen_by from mg.alert where alert_id = %s", [sos]) == [(reporter,)]


def test_who_may_not_read_the_open_case_is_told_with_whom_it_is_and_not_its_number(
    acts: Alerts, alerts, store_dsn: str
):
    silence = alerts["silence"].alert_id
    first = acts.open_case(silence, "town1", NOW)
    with pytest.raises(CaseElsewhere, match="单位T1-V") as told:
        acts.open_case(silence, "guard", NOW)
    assert first.case_id not in str(told.value)
    assert ask(store_dsn, "select count(*) from mg.case_file") == [(1,)]
    theirs = acts.open_case(alerts["nowhere"].alert_id, "guard", NOW)  # whoever filed it reads it
    assert acts.open_case(alerts["nowhere"].alert_id, "guard", NOW).case_id == theirs.case_id


def test_device_of_a_person_overboard_opens_a_major_emergency_without_a_case_before_it_is_closed(
    acts: Alerts, alerts, store_dsn: str
):
    first = acts.open_case(alerts["east"].alert_id, "town2", NOW)
    assert ask(store_dsn, "select subkind, major, facts ->> 'people_in_water' from mg.case_file") == [
        ("overboard", True, "1")
    ]
    with commands(store_dsn) as cases:
        cases.act(first.case_id, 1, Act.WITHDRAW, "town2", {"reason": "误触"}, NOW)
    again = acts.open_case(alerts["east"].alert_id, "town2", NOW + MINUTE)
    assert not again.repeated
    assert again.case_id != first.case_id


def test_number_of_a_case_that_is_not_ones_own_is_not_in_the_log_of_the_alert(acts: Alerts, alerts, store_dsn: str):
    filed = acts.open_case(alerts["silence"].alert_id, "town1", NOW)
    notes = {}
    for who in ("town1", "guard"):
        with reading_as(store_dsn, who) as conn:
            view = read_alert(conn, alerts["silence"].alert_id, NOW)
        assert view
        notes[who] = ([s.note for s in view.log if s.what == "open_case"], [c.case_id for c in view.cases])
    assert notes == {"town1": ([filed.case_id], [filed.case_id]), "guard": ([""], [])}


def test_act_is_told_to_all_screens_and_shows_post_and_time_on_the_wall(acts: Alerts, alerts, store_dsn: str):
    sos = alerts["sos"].alert_id
    reads = Reads(store_dsn)
    try:
        notes = reads.listen(5)
        with psycopg.connect(store_dsn, autocommit=True) as conn:
            heard: list[dict[str, object] | None] = []
            listener = threading.Thread(target=lambda: heard.append(next(notes)))
            listener.start()
            while not conn.execute(
                "select 1 from pg_stat_activity where application_name like '%listen' and query like 'listen %' "
                "and datname = current_database() and state = 'idle'"
            ).fetchone():
                pass
        acts.acknowledge(sos, "town1", NOW)
        listener.join(10)
        assert heard == [{"alert": sos}]
        (row,) = [a for a in reads.alerts() if a.alert_id == sos]
        assert (row.seen_at, row.seen_zh, row.open) == (NOW, "单位T1", True)
        acts.resolve(sos, "town1", "test", "演练", NOW)
        (row,) = [a for a in reads.alerts() if a.alert_id == sos]
        assert (row.active, row.open) == (True, False)
    finally:
        reads.close()


def test_act_goes_out_as_a_changed_retained_message_however_it_falls_among_commits(acts: Alerts, alerts, store: Store):
    sent = {p.alert.alert_id: p for p in store.unpublished_alerts()}
    sos, engine = alerts["sos"].alert_id, alerts["sos"]
    acts.acknowledge(sos, "town1", NOW)  # between the reading of the outbox and its mark
    for pending in sent.values():
        store.mark_published([pending.alert.alert_id], pending.rev, pending.alert.grid)
    (pending,) = store.unpublished_alerts()
    said = json.loads(alert_payload(pending))
    assert (said["seen_at"], said["seen_by"], said["active"]) == ("2026-05-06T02:00:00Z", "单位T1", True)
    assert [m.retain for m in messages_of(pending, "mg/v1")] == [True]
    store.mark_published([sos], pending.rev, pending.alert.grid)
    assert store.unpublished_alerts() == []
    store.commit(build.outcome(alerts=[replace(engine, last_at=AT + 1, repeats=1)], clock=AT + 1))
    (pending,) = store.unpublished_alerts()  # the engine's next change is one as well
    assert pending.alert.repeats == 1
    store.mark_published([sos], pending.rev, pending.alert.grid)
    acts.resolve(sos, "guard", "true", "已救起", NOW)
    (pending,) = store.unpublished_alerts()
    assert (pending.verdict, pending.seen_by) == ("true", "单位T1")
    assert store.seen_emergencies() == {sos: round(NOW.timestamp() * 1e6)}


def test_ingest_hears_of_an_act_and_builds_it_into_the_world(acts: Alerts, alerts, store: Store, store_dsn: str):
    sos = alerts["sos"].alert_id
    with Errands(SETTINGS, store_dsn, lambda: AT) as errands:
        assert errands.alerts_seen.wait(60)  # it listens
        errands.alerts_seen.clear()
        acts.acknowledge(sos, "town1", NOW)
        assert errands.alerts_seen.wait(60)
    assert build_world(store, SETTINGS, {}).seen == {sos: round(NOW.timestamp() * 1e6)}


def test_engine_and_people_write_the_same_alert_at_once_and_lose_nothing(
    acts: Alerts, alerts, store: Store, store_dsn: str
):
    silence, count = alerts["silence"], 40
    stop = threading.Event()

    def engine() -> int:
        n = 0
        while not stop.is_set():
            n += 1
            changed = [replace(a, last_at=AT + n) for a in alerts.values()]
            store.commit(build.outcome(alerts=changed, clock=AT + n))
        return n

    with ThreadPoolExecutor(5) as pool:
        running = pool.submit(engine)
        done = [pool.submit(acts.acknowledge, silence.alert_id, who, NOW) for who in ("town1", "guard") * (count // 2)]
        opened = [pool.submit(acts.open_case, a.alert_id, "city", NOW) for a in alerts.values()]
        assert sum(d.result(30).changed for d in done) <= 1  # opening a case acknowledges, too
        assert len({o.result(30).case_id for o in opened}) == len(alerts)
        stop.set()
        commits = running.result(30)
    rows = ask(store_dsn, "select alert_id, mg.us(last_at), active, seen_by is not null from mg.alert")
    assert {row[1:] for row in rows} == {(AT + commits, True, True)}
    assert ask(store_dsn, "select count(*) from mg.alert_log where what = 'acknowledge'") == [(len(alerts),)]
    assert ask(store_dsn, "select count(*) from mg.alert_log where what = 'open_case'") == [(len(alerts),)]


def test_list_puts_open_before_resolved_before_unseen_before_past(acts: Alerts, alerts, store: Store, store_dsn: str):
    sos, silence, east, nowhere = (alerts[name] for name in ("sos", "silence", "east", "nowhere"))
    acts.resolve(sos.alert_id, "guard", "true", "已救起", NOW)
    acts.acknowledge(nowhere.alert_id, "guard", NOW)
    ended = {"active": False, "cleared_at": AT + 2}
    store.commit(build.outcome(alerts=[replace(a, last_at=AT + 1, **ended) for a in (east, nowhere)], clock=AT + 2))
    with reading_as(store_dsn, "guard") as conn:
        rows = list_alerts(conn, AlertFilter())
        assert [(r.alert_id, r.state) for r in rows] == [
            (silence.alert_id, "open"), (sos.alert_id, "resolved"), (east.alert_id, "over"), (nowhere.alert_id, "past"),
        ]  # fmt: skip
        assert [r.alert_id for r in list_alerts(conn, AlertFilter(), most=1, skip=3)] == [nowhere.alert_id]
        assert [r.state for r in list_alerts(conn, AlertFilter(levels=(4,)))] == ["resolved", "over"]
        assert [r.state for r in list_alerts(conn, AlertFilter(rules=("silence",), states=("past",)))] == ["past"]
        assert [r.alert_id for r in list_alerts(conn, AlertFilter(grid="G2"))] == [east.alert_id]


def test_nearest_vessels_come_with_distance_and_bearing_and_the_track_around(
    acts: Alerts, alerts, store: Store, store_dsn: str
):
    us = round(NOW.timestamp() * 1e6)
    others = [412000010 + n for n in range(8)]
    lat = [30.2 + 0.05 * (n + 1) for n in range(8)]
    store.commit(
        build.outcome(
            vessels=build.vessels(8, mmsi=others, lon=122.7, lat=lat, t=[us] * 7 + [us - 3 * build.HOUR]), clock=us
        )
    )
    hours = [-3, -1.5, -1, 0, 1.5]
    times = [AT + int(h * build.HOUR) for h in hours]
    store.commit(build.outcome(positions=build.positions(5, t=times, received_at=times, lon=122.7, lat=30.2), clock=us))
    with reading_as(store_dsn, "town1") as conn:
        view = read_alert(conn, alerts["sos"].alert_id, NOW)
    assert view
    assert [n.mmsi for n in view.near] == others[:5]
    assert view.near[0].distance_nm == pytest.approx(3.0, abs=0.02)
    assert view.near[0].bearing == pytest.approx(0, abs=0.1)
    assert len(view.track) == 3
