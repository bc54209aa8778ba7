"""DuckDB and Polars read every exported table: rows must agree with the export's own count, and what the report's headline
says must come out of plain SQL. Usage: tables.py EXPORT.json REPORT.json"""

import json
import math
import sys

import duckdb
import polars

DATABASE = duckdb.connect()


def rows(query: str) -> list:
    return DATABASE.execute(query).fetchall()


def main() -> None:
    exported = json.load(open(sys.argv[1]))
    headline = json.load(open(sys.argv[2]))["headline"]
    tables = {table["name"]: table for table in exported["tables"]}
    for name, table in tables.items():
        by_duckdb = rows(f"select count(*) from '{table['path']}'")[0][0]
        by_polars = polars.scan_parquet(table["path"]).select(polars.len()).collect().item()
        assert by_duckdb == by_polars == table["rows"], f"{name}: DuckDB {by_duckdb}, Polars {by_polars}, ours {table['rows']}"
        check_times(name, table["path"])
        metadata = dict(rows(f"select key, value from parquet_kv_metadata('{table['path']}')"))
        assert metadata[b"tickshot.schema"] == b"1", f"{name}: {metadata}"

    path = {name: table["path"] for name, table in tables.items()}
    sql = lambda query: rows(query.format(**path))[0][0]
    same("ticks", headline["ticks"], sql("select count(*) from '{ticks}'"))
    for column, name in [("busy_us", "tick_busy_us_p99"), ("late_us", "tick_late_us_p99")]:
        same(f"{name}, DuckDB", headline[name], sql(f"select quantile_disc({column}, 0.99) from '{{ticks}}'"))
        values = polars.scan_parquet(path["ticks"]).select(polars.col(column).sort()).collect()[column]
        same(f"{name}, Polars", headline[name], values[max(math.ceil(len(values) * 0.99), 1) - 1])
    missing = sql("select 100.0 * count(*) filter (used_as <> 'used') / count(*) from '{inputs}'")
    same("inputs missing, DuckDB", headline["inputs_missing_pct"], missing)
    missing = polars.scan_parquet(path["inputs"]).select((polars.col("used_as") != "used").mean() * 100).collect().item()
    same("inputs missing, Polars", headline["inputs_missing_pct"], missing)
    same("shots", headline["shots"], sql("select count(*) from '{shots}'"))
    same("hits", headline["hits"], sql("select count(hit) from '{shots}'"))
    same("bytes", headline["bytes_per_client_s"], sql("select avg(bytes) from '{snapshots_sent}'") * tick_rate(path))
    if "corrections" in path:
        same("corrections", headline["corrections"], sql("select count(*) from '{corrections}'"))
        across_machines(path, sql)
    if "players" in path:
        same("states", sql("select sum(players) from '{ticks}' where tick in (select tick from '{players}')"),
             sql("select count(*) from '{players}'"))
        same("kills", sql("select count(*) from '{events}' where kind = 'killed'"), sql("select count(*) from '{kills}'"))
    print(f"parquet: {len(tables)} tables, {sum(table['rows'] for table in tables.values())} rows; DuckDB, Polars and ours agree")


def tick_rate(path) -> float:
    return rows(f"select max(tick_rate_hz) from '{path['processes']}'")[0][0]


def check_times(name: str, path: str) -> None:
    """Every row says when, on its own clock and on the common one."""
    columns = [row[0] for row in rows(f"describe select * from '{path}'")]
    assert "process" in columns, f"{name}: {columns}"
    assert name == "processes" or {"t_ns", "local_ns"} <= set(columns), f"{name}: {columns}"


def across_machines(path, sql) -> None:
    """A snapshot arrives after it left, though two clocks say so: by no more than the clocks' bounds it may seem otherwise."""
    early = sql("""
        select count(*) from '{snapshots_received}' r join '{processes}' p using (process)
        join '{snapshots_sent}' s on s.tick = r.tick and s.slot = p.slot
        where p.merged and r.t_ns < s.t_ns - 1000000 - coalesce(p.offset_bound_ns, 0)""")
    joined = sql("""
        select count(*) from '{snapshots_received}' r join '{processes}' p using (process)
        join '{snapshots_sent}' s on s.tick = r.tick and s.slot = p.slot where p.merged""")
    assert early == 0, f"{early} of {joined} snapshots arrived before they left"


def same(what: str, ours, theirs) -> None:
    assert ours is not None and math.isclose(float(ours), float(theirs), rel_tol=1e-9, abs_tol=1e-9), f"{what}: ours {ours}, theirs {theirs}"


if __name__ == "__main__":
    main()
