using System.Globalization;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Headgate.Node.Io;
using Headgate.Node.Target;

namespace Headgate.Node.ElementApi;

/// <summary>The one node, its sessions and what happened on it (element-api 2.1).</summary>
internal sealed class NodeMethods(
    NodeCatalog catalog, NodeCapacity capacity, IoPath io, SessionRegistry sessions, EventLog events,
    Func<NodeAddresses> addresses, TimeProvider time)
{
    private const long NodeId = 1;

    /// <summary>Events in one answer when no number is given.</summary>
    private const int DefaultMaxEvents = 1000;

    public IEnumerable<ElementHandler> All =>
    [
        ElementHandler.For(ElementMethods.ListActiveNodes, (Empty _) => new ListActiveNodesResult { Nodes = [ThisNode()] }),
        ElementHandler.For(ElementMethods.ListAllNodes, (Empty _) => new ListAllNodesResult { Nodes = [ThisNode()] }),
        ElementHandler.For(ElementMethods.ListPendingNodes, (Empty _) => new ListPendingNodesResult()),
        ElementHandler.For(ElementMethods.ListNodeStats, ListStats),
        ElementHandler.For(ElementMethods.ListDrives, ListDrives),
        ElementHandler.For(ElementMethods.ListISCSISessions, ListSessions),
        ElementHandler.For(ElementMethods.ListEvents, ListEvents),
    ];

    private ClusterNode ThisNode()
    {
        var identity = catalog.Current.Identity;
        var told = addresses();
        return new ClusterNode
        {
            NodeID = NodeId,
            Name = $"{identity.Name}-1",
            AssociatedMasterServiceID = 1,
            AssociatedFServiceID = 0,
            Cip = told.StorageAddress,
            Cipi = "Bond10G",
            Mip = told.Mvip,
            Mipi = "Bond1G",
            Sip = told.StorageAddress,
            Sipi = "Bond10G",
            PlatformInfo = new PlatformInfo
            {
                ChassisType = "software", CpuModel = "", NodeType = "Headgate", PlatformConfigVersion = "0.0.0.0",
                NodeMemoryGB = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30,
            },
            SoftwareVersion = ElementVersions.Software,
            Uuid = identity.NodeUuid,
        };
    }

    private ListNodeStatsResult ListStats(Empty asked)
    {
        var served = io.ReadStatistics();
        var stats = new NodeStats
        {
            NodeID = NodeId,
            SBytesIn = served.WriteBytes,
            SBytesOut = served.ReadBytes,
            ReadOps = served.ReadOps,
            WriteOps = served.WriteOps,
            UsedMemory = Environment.WorkingSet,
            SsLoadHistogram = Histograms.NoPercents,
            Timestamp = time.GetUtcNow(),
        };
        return new ListNodeStatsResult { NodeStats = new NodeStatsList { Nodes = [stats] } };
    }

    private ListDrivesResult ListDrives(Empty asked) => new()
    {
        Drives =
        [
            new Drive
            {
                DriveID = 1, NodeID = NodeId, Capacity = capacity.Bytes, UsableCapacity = capacity.Bytes, Slot = 0, ChassisSlot = "0",
                Serial = catalog.Current.Identity.NodeUuid.ToString("N"), Status = "active", Type = "block",
            },
        ],
    };

    private ListIscsiSessionsResult ListSessions(Empty asked)
    {
        var state = catalog.Current;
        var now = time.GetUtcNow();
        return new ListIscsiSessionsResult { Sessions = [.. sessions.List().Select(session => View(session, state, now))] };
    }

    private static IscsiSession View(SessionView session, CatalogState state, DateTimeOffset now)
    {
        var owner = state.Volumes.TryGetValue(session.VolumeId, out var volume) ? state.Accounts.GetValueOrDefault(volume.AccountId) : null;
        return new IscsiSession
        {
            SessionID = (long)session.SessionId,
            InitiatorName = session.InitiatorName,
            InitiatorIP = session.Initiator.ToString(),
            InitiatorPortName = $"{session.InitiatorName},i,0x{session.Isid:x12}",
            InitiatorSessionID = (long)session.Isid,
            TargetName = session.TargetName,
            TargetIP = session.Portal.ToString(),
            TargetPortName = $"{session.TargetName},t,0x1",
            AccountID = owner?.Id ?? 0,
            AccountName = owner?.Username ?? "",
            VolumeID = session.VolumeId,
            NodeID = NodeId,
            ServiceID = 1,
            DriveID = 1,
            DriveIDs = [1],
            CreateTime = session.Created,
            MsSinceLastIscsiPDU = Ms(now - session.LastPdu),
            MsSinceLastScsiCommand = Ms(now - session.LastScsiCommand),
            Authentication = new IscsiAuthentication
            {
                AuthMethod = session.ChapUser is null ? "None" : "CHAP",
                ChapAlgorithm = AlgorithmName(session.ChapAlgorithm),
                ChapUsername = session.ChapUser ?? "",
                Direction = session.MutualChap ? "two-way" : "one-way",
            },
        };
    }

    private ListEventsResult ListEvents(ListEventsParams asked)
    {
        var max = asked.MaxEvents is > 0 ? (int)Math.Min(asked.MaxEvents.Value, int.MaxValue) : DefaultMaxEvents;
        var rows = events.Newest().Where(logged => logged.Id >= (asked.StartEventID ?? 0));
        if (asked.EndEventID is > 0) rows = rows.Where(logged => logged.Id <= asked.EndEventID);
        if (!string.IsNullOrEmpty(asked.EventType))
            rows = rows.Where(logged => string.Equals(logged.Event.Code, asked.EventType, StringComparison.Ordinal));
        return new ListEventsResult { Events = [.. rows.Take(max).Select(View)] };
    }

    private static ClusterEvent View(LoggedEvent logged) => new()
    {
        EventID = logged.Id,
        Severity = logged.Event.Severity switch
        {
            NodeEventSeverity.Error => 3,
            NodeEventSeverity.Warning => 2,
            _ => 0,
        },
        EventInfoType = logged.Event.Code,
        Message = logged.Event.Message,
        NodeID = NodeId,
        Details = logged.Event.VolumeId is { } volume ? new() { ["volumeID"] = volume } : [],
        TimeOfReport = logged.Time,
        TimeOfPublish = logged.Time,
    };

    private static long Ms(TimeSpan span) => Math.Max(0, (long)span.TotalMilliseconds);

    /// <summary>CHAP_A numbers of RFC 7143 section 12.1.3 and IANA's registry.</summary>
    private static string AlgorithmName(int? algorithm) => algorithm switch
    {
        null => "",
        5 => "MD5",
        6 => "SHA1",
        7 => "SHA-256",
        8 => "SHA3-256",
        _ => algorithm.Value.ToString(CultureInfo.InvariantCulture),
    };
}
