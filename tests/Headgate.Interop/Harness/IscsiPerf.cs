using System.Globalization;
using System.Text.RegularExpressions;

namespace Headgate.Interop.Harness;

/// <summary>libiscsi's load generator, and the IOPS that it counted in each second.</summary>
internal sealed partial class IscsiPerf
{
    private const int BlocksOf4KiB = 8;

    private readonly List<long> _seconds = [];
    private readonly List<(int More, TaskCompletionSource Reached)> _waiting = [];
    private string _tail = "";

    /// <summary>IOPS of each second so far.</summary>
    public long[] Seconds
    {
        get { lock (_seconds) return [.. _seconds]; }
    }

    /// <summary>4 KiB random reads with 32 in flight until there are <paramref name="enough"/>.</summary>
    public Task<ToolResult> RunAsync(Lun lun, CancellationToken enough) => Tool.RunUntilAsync(
        Tool.Require("iscsi-perf", "libiscsi-bin"),
        ["-i", lun.Initiator, "-m", "32", "-b", $"{BlocksOf4KiB}", "-t", $"{(int)Patience.Long.TotalSeconds}", "-r", lun.Uri],
        2 * Patience.Long, Take, enough);

    /// <summary>Done when <paramref name="count"/> seconds have been counted.</summary>
    public Task CountedAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_seconds)
        {
            if (_seconds.Count >= count) reached.SetResult();
            else _waiting.Add((count, reached));
        }
        return reached.Task;
    }

    private void Take(string text)
    {
        lock (_seconds)
        {
            _tail += text;
            foreach (Match second in Current().Matches(_tail))
            {
                _seconds.Add(long.Parse(second.Groups[1].Value, CultureInfo.InvariantCulture));
                foreach (var (more, reached) in _waiting) if (_seconds.Count >= more) reached.TrySetResult();
            }
            var last = Current().Matches(_tail).LastOrDefault();
            if (last is not null) _tail = _tail[(last.Index + last.Length)..];
        }
    }

    [GeneratedRegex(@"iops current (\d+) \(")]
    private static partial Regex Current();
}
