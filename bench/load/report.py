"""Tables for the terminal and for docs/qos.md, and the plot."""

import json
import math
import os
import platform
import re
import shutil

BEGIN, END = "<!-- qos-proof: begin -->", "<!-- qos-proof: end -->"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = re.findall(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return f"{len(names)} cores, {names[0] if names else platform.machine()}"


MACHINE = (f"machine: {processor()}; node, control plane and clients share it; neighbours' clients run at nice 10, paced ones\n"
           "have real-time priority where they may, in every run alike, so that what is measured is the node and not the clients' fight for the processor")


def forget(out, part):
    shutil.rmtree(os.path.join(out, part), ignore_errors=True)


def ms(us):
    return f"{us / 1000:.2f}" if us < 99_950 else f"{us / 1000:.0f}"


def noise_heading(alone, others):
    return (f"victim with min 1000 alone, at 1000/s: p50 {ms(alone['p50'])} ms, p99 {ms(alone['p99'])} ms (in the middle of {len(others) // 2} mixes; most {ms(alone['p99_most'])})\n"
            f"other jobs had {others[len(others) // 2]:.0%} of the processor in the middle, {others[-1]:.0%} at most\n"
            f"{'neighbours at depth 128':<24} | {'QoS on':^50} | {'QoS off':^32}\n"
            f"{'':<24} | {'victim':>7} {'paced':>6} {'p99 ms':>8} {'x alone':>8} {'min':>6} {'p99':>6}   | {'victim':>7} {'paced':>6} {'p99 ms':>8} {'x alone':>7}")


def noise_row(row):
    on, off = row["on"], row["off"]
    return (f"{on['mix']:<24} | {on['saturating']['iops']:>7.0f} {on['paced']['iops']:>6.0f} {ms(on['paced']['latency_us']['p99']):>8} {row['factor']:>8.2f}"
            f" {row['min']:>6} {row['p99']:>6}   | {off['saturating']['iops']:>7.0f} {off['paced']['iops']:>6.0f} {ms(off['paced']['latency_us']['p99']):>8} {row['off_factor']:>7.1f}")


def cap_heading():
    return f"{'max':>6} {'KiB':>4} {'expected/s':>11} {'10 s':>9} {'of max':>8} {'worst s':>8} {'10 s':>7} {'1 s':>7}"


def cap_row(row):
    return (f"{row['max']:>6} {row['kib']:>4} {row['expected']:>11.1f} {row['measured']:>9.1f} {row['measured'] / row['expected']:>8.1%}"
            f" {row['worst']:>8} {row['verdict']:>7} {row['second']:>7}")


def burst_heading():
    return f"{'max':>6} {'burst':>6} {'rest s':>7} {'burst s':>8} {'best s':>7} {'then':>6} {'time':>7} {'burst':>7} {'then':>7}"


def burst_row(row):
    return (f"{row['max']:>6} {row['burst']:>6} {row['idle']:>7.1f} {row['burst_seconds']:>8.1f} {max(row['by_second']):>7} {row['after']:>6.0f}"
            f" {row['verdict']:>7} {row['burst_ok']:>7} {row['after_ok']:>7}")


def share_heading():
    return f"{'bound by':<24} {'min':>6} {'KiB':>4} {'IOPS':>9} {'surplus':>9} {'wanted':>8}"


def share_rows(row):
    return "\n".join(f"{row['bound']:<24} {one['min']:>6} {one['kib']:>4} {one['iops']:>9.0f} {one['share']:>9.1%} {one['wanted']:>8.1%} {verdict}"
                     for one, verdict in zip(row["volumes"], row["verdicts"]))


def alone_heading():
    return f"{'KiB':>4} {'unscheduled/s':>14} {'cap/s':>9} {'scheduled/s':>12} {'of the lower':>13}"


def alone_row(row):
    return f"{row['kib']:>4} {row['off']:>14.0f} {row['cap']:>9.0f} {row['on']:>12.0f} {row['share']:>13.1%} {row['verdict']}"


# ---- what stays ----

def leave(results, out, docs):
    """results.json, results.md and noise.svg in `out`; the table also in docs/qos.md when `docs` is given."""
    with open(os.path.join(out, "results.json"), "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    text = markdown(results)
    with open(os.path.join(out, "results.md"), "w", encoding="utf-8") as file:
        file.write(text)
    if "noise" in results:
        with open(os.path.join(out, "noise.svg"), "w", encoding="utf-8") as file:
            file.write(plot(results["noise"]))
    print(f"\nresults: {out}")
    if docs is None:
        return
    page = os.path.join(docs, "qos.md")
    with open(page, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    with open(page, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n\n" + text + "\n" + END + rest.partition(END)[2])
    if "noise" in results:
        shutil.copy(os.path.join(out, "noise.svg"), os.path.join(docs, "qos-noise.svg"))


def table(headings, rows):
    lines = ["| " + " | ".join(headings) + " |", "| " + " | ".join("---" if i == 0 else "---:" for i in range(len(headings))) + " |"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def markdown(results):
    text = [f"Measured with `eng/qos-proof` on {processor()}.\n"]
    if "noise" in results:
        alone, others = results["noise"]["alone"], results["noise"]["others"]
        text.append(f"A victim with min 1000, once with 32 I/Os always in flight, once at 1000 a second on a schedule. Alone at that rate: p50 {ms(alone['p50'])} ms, "
                    f"p99 {ms(alone['p99'])} ms (in the middle of {len(others) // 2} mixes, {ms(alone['p99_most'])} ms at most). Each mix is five windows of 6 s with the neighbours and five of 3 s "
                    f"without them in turn; latencies are medians of the five, and 'times alone' compares the two of the same mix. "
                    f"Other jobs of the machine and the kernel's own threads had {others[len(others) // 2]:.0%} of the processor in the middle and {others[-1]:.0%} at most.\n")
        text.append(table(["neighbours at depth 128", "victim IOPS", "p99 ms alone", "p99 ms paced", "times alone", "QoS off: IOPS", "QoS off: paced/s", "QoS off: p99 ms"], [
            [row["on"]["mix"], f"{row['on']['saturating']['iops']:.0f}", ms(row["on"]["alone"]["latency_us"]["p99"]), ms(row["on"]["paced"]["latency_us"]["p99"]), f"{row['factor']:.2f}",
             f"{row['off']['saturating']['iops']:.0f}", f"{row['off']['paced']['iops']:.0f}", ms(row["off"]["paced"]["latency_us"]["p99"])] for row in results["noise"]["rows"]]))
    if "caps" in results:
        text.append(table(["max", "I/O", "expected I/Os per s", "over 10 s", "of max", "most in 1 s"], [
            [row["max"], f"{row['kib']} KiB", f"{row['expected']:.1f}", f"{row['measured']:.1f}", f"{row['measured'] / row['expected']:.1%}", row["worst"]]
            for row in results["caps"]["caps"]]))
        text.append(table(["max / burst", "rest before", "time at burst", "most in 1 s", "then"], [
            [f"{row['max']} / {row['burst']}", f"{row['idle']:.1f} s", f"{row['burst_seconds']:.1f} s", max(row["by_second"]), f"{row['after']:.0f} IOPS"]
            for row in results["caps"]["bursts"]]))
    if "surplus" in results:
        text.append(table(["surplus, bound by", "min", "I/O", "normalised IOPS", "share of the surplus", "by weight"], [
            [row["bound"], one["min"], f"{one['kib']} KiB", f"{one['iops']:.0f}", f"{one['share']:.1%}", f"{one['wanted']:.1%}"]
            for row in results["surplus"] for one in row["volumes"]]))
    if "alone" in results:
        text.append(table(["volume alone", "unscheduled I/Os per s", "its cap", "scheduled", "of the lower, turn by turn"], [
            [f"{row['kib']} KiB, 70 % reads", f"{row['off']:.0f}", f"{row['cap']:.0f}", f"{row['on']:.0f}", f"{row['share']:.1%}"] for row in results["alone"]]))
    return "\n".join(text)


# ---- plot: a pair of bars for each mix, p99 on a logarithmic scale ----

ON, OFF, INK, MUTED, GRID = "#1d6fa5", "#d0752b", "#1f2937", "#6b7280", "#e5e7eb"
LEFT, TOP, WIDTH, PANEL, GAP = 64, 92, 1000, 190, 60


def plot(noise):
    rows = noise["rows"]
    height = TOP + 2 * PANEL + GAP + 96
    alone = noise["alone"]["p99"] / 1000
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" font-size="12" fill="{INK}">',
           f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
           f'<text x="{LEFT}" y="26" font-size="17" font-weight="600">A volume with min 1000 among greedy neighbours</text>',
           *legend(LEFT, 44)]
    svg += panel(rows, TOP, "IOPS that the victim gets, at depth 32", lambda one: one["saturating"]["iops"], 10, 100_000, 1000, "its min, 1000")
    svg += panel(rows, TOP + PANEL + GAP, "its p99 latency in ms, paced at 1000 I/Os a second", lambda one: one["paced"]["latency_us"]["p99"] / 1000, 0.1, 10_000, 2 * alone, "twice its p99 alone")
    step = (WIDTH - LEFT - 16) / len(rows)
    for i, row in enumerate(rows):
        x, y = LEFT + step * (i + 0.5), TOP + 2 * PANEL + GAP + 14
        svg.append(f'<text transform="translate({x:.1f},{y}) rotate(-38)" text-anchor="end" fill="{MUTED}">{row["on"]["mix"]}</text>')
    return "\n".join(svg + ["</svg>", ""])


def legend(x, y):
    return [f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{ON}"/><text x="{x + 15}" y="{y}">QoS on</text>',
            f'<rect x="{x + 80}" y="{y - 9}" width="10" height="10" fill="{OFF}"/><text x="{x + 95}" y="{y}">QoS off</text>']


def panel(rows, top, title, value, low, high, mark, mark_name):
    scale = math.log10(high / low)

    def y_of(amount):
        return top + PANEL - PANEL * min(1.0, max(0.0, math.log10(max(amount, low) / low) / scale))

    svg = [f'<text x="{LEFT}" y="{top - 8}" font-weight="600">{title}</text>']
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        y, label = y_of(10.0 ** power), f"{10.0 ** power:,.10g}"
        svg.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - 16}" y2="{y:.1f}" stroke="{GRID}"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{MUTED}">{label}</text>')
    step = (WIDTH - LEFT - 16) / len(rows)
    bar = step * 0.34
    for i, row in enumerate(rows):
        for side, colour, x in ((row["on"], ON, LEFT + step * i + step * 0.14), (row["off"], OFF, LEFT + step * i + step * 0.52)):
            y = y_of(value(side))
            svg.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{bar:.1f}" height="{top + PANEL - y:.1f}" fill="{colour}"><title>{row["on"]["mix"]}: {value(side):,.2f}</title></rect>')
    y = y_of(mark)
    svg.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - 16}" y2="{y:.1f}" stroke="{INK}" stroke-dasharray="4 3"/>'
               f'<text x="{WIDTH - 16}" y="{top - 8}" text-anchor="end" fill="{MUTED}">dashed: {mark_name}</text>')
    return svg
