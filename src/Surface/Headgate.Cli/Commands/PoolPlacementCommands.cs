using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate pool set-placement</c></summary>
internal static class PoolPlacementCommands
{
    public static Verb Placement()
    {
        var pool = Given.Ref("POOL");
        var tags = Given.Words("--tags", "Tags that offerings can ask for, in place of those that it has.", "ssd,fast");
        var exclusive = Given.Words("--exclusive-tags", "Those of its tags that keep everything off it that does not ask for them by name; '' for none.", "gpu");
        var bytes = Given.Factor("--bytes-overcommit", "Bytes promised per byte there is.");
        var iops = Given.Factor("--iops-overcommit", "IOPS promised per IOPS there are.");
        var bandwidth = Given.Factor("--bandwidth-overcommit", "Bytes per second promised per byte per second there is.");
        var capacity = Given.Size("--capacity-bandwidth", "Bytes per second that it can move, for example 2GiB/s.");
        var any = Given.Flag("--any-bandwidth", "Keep no account of bandwidth.");
        Option[] all = [tags, exclusive, bytes, iops, bandwidth, capacity, any];
        var verb = Verb.Of("set-placement", "Say which volumes it takes and how many: tags, what it is kept for, over-commit, bandwidth. Volumes that are there stay.",
            ["headgate pool set-placement san1 --tags ssd,gpu --exclusive-tags gpu", "headgate pool set-placement san1 --bytes-overcommit 2 --capacity-bandwidth 2GiB/s"],
            [pool, .. all], async (session, cancelled) =>
            {
                var body = new ChangePoolPlacement
                {
                    Tags = session.Has(tags) ? session.Get(tags) : null,
                    ExclusiveTags = session.Has(exclusive) ? session.Get(exclusive) : null,
                    BytesOvercommit = session.Get(bytes),
                    IopsOvercommit = session.Get(iops),
                    BandwidthOvercommit = session.Get(bandwidth),
                    BandwidthBytes = session.Get(capacity),
                    AnyBandwidth = session.Get(any),
                };
                var answer = await session.Api.PostAsync(
                    Routes.Of(Routes.Pools, session.Get(pool), "placement"), body, ApiJson.Default.ChangePoolPlacement, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Pools, StorageViews.Pool, ApiJson.Default.PoolView, cancelled);
            });
        verb.Validators.Add(result =>
        {
            if (all.All(option => result.GetResult(option) is null or { Implicit: true })) result.AddError($"Give at least one of {string.Join(", ", all.Select(o => o.Name))}.");
        });
        return verb;
    }
}
