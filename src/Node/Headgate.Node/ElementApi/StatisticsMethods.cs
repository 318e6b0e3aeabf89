using Headgate.Blocks;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Headgate.Node.Io;
using Volume = Headgate.Node.Catalog.Volume;
using VolumeStatus = Headgate.Node.Catalog.VolumeStatus;

namespace Headgate.Node.ElementApi;

/// <summary>Statistics of volumes, and sums by account and group (element-api 2.4).</summary>
internal sealed class StatisticsMethods(NodeCatalog catalog, VolumeRuntimes runtimes, VolumeStore store, TimeProvider time)
{
    private const int BlockBytes = 4096;

    private static readonly VolumeStatistics Nothing = new();

    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.GetVolumeStats, Get),
        ElementHandler.For(ElementMethods.ListVolumeStats, List),
        ElementHandler.For(ElementMethods.ListVolumeStatsByVolume, (Empty _) => List(new ListVolumeStatsParams())),
        ElementHandler.For(ElementMethods.ListVolumeStatsByAccount, ListByAccount),
        ElementHandler.For(ElementMethods.ListVolumeStatsByVolumeAccessGroup, ListByGroup),
        ElementHandler.For(ElementMethods.ListVolumeQoSHistograms, ListHistograms),
        ElementHandler.For(ElementMethods.GetVolumeEfficiency, GetVolumeEfficiency),
        ElementHandler.For(ElementMethods.GetAccountEfficiency, GetAccountEfficiency),
    ];

    private VolumeStatsResult Get(VolumeParams asked)
    {
        var state = catalog.Current;
        return new VolumeStatsResult { VolumeStats = Of(state.LiveVolume(asked.VolumeID), state) };
    }

    private ListVolumeStatsResult List(ListVolumeStatsParams asked)
    {
        var state = catalog.Current;
        return new ListVolumeStatsResult { VolumeStats = [.. Pick(state, asked.VolumeIDs).Select(volume => Of(volume, state))] };
    }

    private ListVolumeStatsResult ListByAccount(ListVolumeStatsByAccountParams asked)
    {
        var state = catalog.Current;
        var accounts = asked.Accounts is { Count: > 0 } given ? given.Distinct().Order().Select(state.Account) : state.Accounts.Values;
        return new ListVolumeStatsResult
        {
            VolumeStats = [.. accounts.Select(account => Sum(state.VolumesOf(account.Id), state) with { AccountID = account.Id })],
        };
    }

    private ListVolumeStatsResult ListByGroup(ListVolumeStatsByVolumeAccessGroupParams asked)
    {
        var state = catalog.Current;
        var groups = asked.VolumeAccessGroups is { Count: > 0 } given ? given.Distinct().Order().Select(state.Group) : state.Groups.Values;
        return new ListVolumeStatsResult
        {
            VolumeStats =
            [
                .. groups.Select(group => Sum(group.Volumes.Select(member => state.Volumes[member.VolumeId]), state)
                    with { VolumeAccessGroups = [group.Id] }),
            ],
        };
    }

    private ListVolumeQoSHistogramsResult ListHistograms(ListVolumeQoSHistogramsParams asked)
    {
        var now = time.GetUtcNow();
        return new ListVolumeQoSHistogramsResult
        {
            QosHistograms =
            [
                .. Pick(catalog.Current, asked.VolumeIDs).Select(volume => new VolumeQosHistogram
                {
                    VolumeID = volume.Id, Timestamp = now, Histograms = Histograms.Of(StatisticsOf(volume)),
                }),
            ],
        };
    }

    private EfficiencyResult GetVolumeEfficiency(VolumeParams asked) => Efficiency([catalog.Current.LiveVolume(asked.VolumeID)]);

    private EfficiencyResult GetAccountEfficiency(AccountParams asked)
    {
        var state = catalog.Current;
        return Efficiency(state.VolumesOf(state.Account(asked.AccountID).Id));
    }

    /// <summary>Thin provisioning is all that the node saves by; it neither compresses nor deduplicates.</summary>
    private EfficiencyResult Efficiency(IEnumerable<Volume> volumes)
    {
        long size = 0, used = 0;
        foreach (var volume in volumes)
        {
            size += volume.TotalSize;
            used += store.UsedBytes(volume.Id);
        }
        return new EfficiencyResult { ThinProvisioning = used == 0 ? 1 : Math.Max(1, (double)size / used), Timestamp = time.GetUtcNow() };
    }

    private static IEnumerable<Volume> Pick(CatalogState state, IReadOnlyList<long>? ids)
    {
        var rows = ids is { Count: > 0 }
            ? ids.Distinct().Order().Where(state.Volumes.ContainsKey).Select(id => state.Volumes[id])
            : state.Volumes.Values;
        return rows.Where(volume => volume.Status is VolumeStatus.Active);
    }

    private VolumeStats Of(Volume volume, CatalogState state)
    {
        var served = StatisticsOf(volume);
        var blocks = volume.TotalSize / BlockBytes;
        var nonZero = Math.Min(store.UsedBytes(volume.Id) / BlockBytes, blocks);
        return new VolumeStats
        {
            AccountID = volume.AccountId,
            VolumeID = volume.Id,
            VolumeSize = volume.TotalSize,
            Timestamp = time.GetUtcNow(),
            SamplePeriodMSec = VolumeStatistics.SamplePeriodMs,
            ActualIOPS = served.ActualIops,
            NormalizedIOPS = served.NormalizedIops,
            AverageIOPSize = served.AverageIopSize,
            BurstIOPSCredit = served.BurstIopsCredit,
            ClientQueueDepth = served.ClientQueueDepth,
            Throttle = served.NodeHeld * Math.Max(0, 1 - served.VolumeUtilization),
            VolumeUtilization = served.VolumeUtilization,
            LatencyUSec = served.LatencyUs,
            ReadLatencyUSec = served.ReadLatencyUs,
            WriteLatencyUSec = served.WriteLatencyUs,
            ReadLatencyUSecTotal = served.ReadLatencyUsTotal,
            WriteLatencyUSecTotal = served.WriteLatencyUsTotal,
            ReadOps = served.ReadOps,
            WriteOps = served.WriteOps,
            ReadBytes = served.ReadBytes,
            WriteBytes = served.WriteBytes,
            ReadOpsLastSample = served.ReadOpsLastSample,
            WriteOpsLastSample = served.WriteOpsLastSample,
            ReadBytesLastSample = served.ReadBytesLastSample,
            WriteBytesLastSample = served.WriteBytesLastSample,
            UnalignedReads = served.UnalignedReads,
            UnalignedWrites = served.UnalignedWrites,
            ZeroBlocks = blocks - nonZero,
            NonZeroBlocks = nonZero,
            VolumeAccessGroups = [.. state.GroupsOf(volume.Id)],
            MetadataHosts = new MetadataHosts { Primary = 1 },
            Headgate = new VolumeServiceStats
            {
                SchedulerUSec = served.GateWaitUs,
                MediumUSec = served.MediumUs,
                LatencyUSecP50 = served.LatencyUsP50,
                LatencyUSecP99 = served.LatencyUsP99,
                LatencyUSecP999 = served.LatencyUsP999,
                HeldByLimit = served.Throttle,
                HeldByLimitMSecTotal = served.ThrottledMsTotal,
                BelowMinMSecTotal = served.BelowMinMsTotal,
            },
        };
    }

    private VolumeStatistics StatisticsOf(Volume volume) => runtimes.Find(volume.Id)?.Queue.ReadStatistics() ?? Nothing;

    /// <summary>One row with volumeID 0 for several volumes.</summary>
    private VolumeStats Sum(IEnumerable<Volume> volumes, CatalogState state)
    {
        var rows = volumes.Where(volume => volume.Status is VolumeStatus.Active).Select(volume => Of(volume, state)).ToList();
        var (reads, writes) = (rows.Sum(row => row.ReadOpsLastSample), rows.Sum(row => row.WriteOpsLastSample));
        return new VolumeStats
        {
            VolumeSize = rows.Sum(row => row.VolumeSize),
            Timestamp = time.GetUtcNow(),
            SamplePeriodMSec = VolumeStatistics.SamplePeriodMs,
            ActualIOPS = rows.Sum(row => row.ActualIOPS),
            NormalizedIOPS = rows.Sum(row => row.NormalizedIOPS),
            AverageIOPSize = Mean(rows.Sum(row => row.ReadBytesLastSample + row.WriteBytesLastSample), reads + writes),
            BurstIOPSCredit = rows.Sum(row => row.BurstIOPSCredit),
            ClientQueueDepth = rows.Sum(row => row.ClientQueueDepth),
            LatencyUSec = Mean(rows.Sum(row => row.LatencyUSec * (row.ReadOpsLastSample + row.WriteOpsLastSample)), reads + writes),
            ReadLatencyUSec = Mean(rows.Sum(row => row.ReadLatencyUSec * row.ReadOpsLastSample), reads),
            WriteLatencyUSec = Mean(rows.Sum(row => row.WriteLatencyUSec * row.WriteOpsLastSample), writes),
            ReadLatencyUSecTotal = rows.Sum(row => row.ReadLatencyUSecTotal),
            WriteLatencyUSecTotal = rows.Sum(row => row.WriteLatencyUSecTotal),
            ReadOps = rows.Sum(row => row.ReadOps),
            WriteOps = rows.Sum(row => row.WriteOps),
            ReadBytes = rows.Sum(row => row.ReadBytes),
            WriteBytes = rows.Sum(row => row.WriteBytes),
            ReadOpsLastSample = reads,
            WriteOpsLastSample = writes,
            ReadBytesLastSample = rows.Sum(row => row.ReadBytesLastSample),
            WriteBytesLastSample = rows.Sum(row => row.WriteBytesLastSample),
            UnalignedReads = rows.Sum(row => row.UnalignedReads),
            UnalignedWrites = rows.Sum(row => row.UnalignedWrites),
            ZeroBlocks = rows.Sum(row => row.ZeroBlocks),
            NonZeroBlocks = rows.Sum(row => row.NonZeroBlocks),
        };
    }

    private static long Mean(long sum, long count) => count == 0 ? 0 : sum / count;
}
