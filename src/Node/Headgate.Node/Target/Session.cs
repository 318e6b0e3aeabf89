using Headgate.Blocks;
using Headgate.Iscsi.Login;
using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;
using Headgate.Scsi;

namespace Headgate.Node.Target;

/// <summary>
/// A normal session: one initiator port's use of one volume, over one connection (MaxConnections is 1). Its commands
/// arrive here on the connection's thread and end here on an engine thread; the life of a task in between is in
/// Session.Tasks.cs.
/// </summary>
internal sealed partial class Session : FullFeature
{
    private readonly TargetContext _context;
    private readonly VolumeSessions _shared;
    private readonly DateTimeOffset _created;
    private readonly string? _chapUser;
    private readonly int? _chapAlgorithm;
    private readonly bool _mutualChap;
    private readonly string? _alias;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Nexus? _openNexus;
    private bool _isHandedOver;
    private bool _hasLeft;
    private volatile bool _isFenced; // no command may touch the volume any more

    public Session(TargetContext context, Connection connection, VolumeRuntime volume, LoginMachine login)
        : base(connection, login.Parameters, login.ConnectionId)
    {
        (_context, Volume) = (context, volume);
        _shared = context.Volumes.Of(volume);
        _tasks = new TaskTable(this);
        Id = context.Sessions.NextId();
        Isid = login.Isid;
        InitiatorName = login.Identity.InitiatorName!;
        _alias = login.Identity.InitiatorAlias;
        (_chapUser, _chapAlgorithm, _mutualChap) = (login.ProvenUser, (int?)login.ChapAlgorithm, login.IsMutualChap);
        _created = context.Clock.GetUtcNow();
        _lastCommand = context.Clock.GetTimestamp();
    }

    public ulong Id { get; }

    public ulong Isid { get; }

    public ushort Tsih { get; set; }

    public string InitiatorName { get; }

    public VolumeRuntime Volume { get; }

    public BufferPool Buffers => _context.Buffers;

    /// <summary>Done when nothing of it can touch the volume any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What only one of the live sessions may have.</summary>
    public NexusKey Key => new(InitiatorName, Isid, Volume.TargetName);

    public SessionView View() => new(
        Id, Volume.VolumeId, Volume.TargetName, InitiatorName, _alias, Isid, Tsih, Connection.Remote, Connection.Local,
        _chapUser, _chapAlgorithm, _mutualChap, _created, When(Connection.LastReceived), When(Volatile.Read(ref _lastCommand)));

    /// <summary>Admitted: from here on commands are taken.</summary>
    public void Open()
    {
        Numbers.LimitBy(() => Volume.Queue.IsFull);
        _openNexus ??= Volume.Unit.OpenNexus($"{InitiatorName},i,0x{Isid:x12}");
        _shared.Add(this);
        Connection.LogSessionOpened(Id, InitiatorName, Volume.TargetName, _chapUser);
    }

    /// <summary>Promises the nexus to another session; false when it has ended already, or another was quicker.</summary>
    public bool TryHandOver()
    {
        lock (_gate)
        {
            if (_hasLeft || _isHandedOver) return false;
            return _isHandedOver = true;
        }
    }

    /// <summary>Takes the promise back: the other session did not come about.</summary>
    public void KeepAfterAll()
    {
        bool hasLeft;
        lock (_gate) (_isHandedOver, hasLeft) = (false, _hasLeft);
        if (hasLeft) CloseNexus();
    }

    /// <summary>Goes on where <paramref name="old"/>, which promised its nexus and has ended, left off.</summary>
    public void Adopt(Session old)
    {
        _openNexus = old._openNexus;
        Numbers.Start(old.Numbers.ExpCmdSn);
    }

    /// <summary>Ends it with a word to the initiator. Any thread; does not wait.</summary>
    public void Cut(CutReason reason)
    {
        Connection.LogSessionCut(Id, reason);
        var asks = reason == CutReason.NodeStopping;
        var graceSeconds = (ushort)Math.Ceiling(_context.Options.LogoutGrace.TotalSeconds);
        var message = Pump.Rent(usesStatSn: true);
        ResponseHeader.WriteAsyncMessage(
            message.Header, asks ? AsyncEvent.LogoutRequested : AsyncEvent.SessionDropped,
            parameter1: 0,
            parameter2: asks ? (ushort)0 : (ushort)Parameters.Time2WaitSeconds,
            parameter3: asks ? graceSeconds : (ushort)0, default);
        if (asks)
        {
            Pump.Post(message); // who asked drops what is left after the grace
            return;
        }
        IsClosing = true;
        Fence(new TaskWait(static () => { }));
        Pump.PostLast(message, () => Connection.Abort(reason.ToString()));
    }

    public override void OnClosed()
    {
        _context.Sessions.Remove(this);
        AbortAllAtEnd();
        LeaveEngine();
    }

    /// <summary>On an engine thread: a command that is neither a plain read nor a plain write.</summary>
    public void Execute(ScsiTask task)
    {
        if (task.Copy is { } copy) RunPiece(task, copy);
        else
            task.Result = Volume.Unit.Execute(
                _openNexus!, task.Cdb, task.Data[..(int)Math.Min(task.DataOut.Received, task.DataOut.Wanted)], _shared.Medium);
    }

    protected override IEnumerable<DiscoveredTarget> VisibleTargets() =>
        [new DiscoveredTarget(Volume.TargetName, Connection.AdvertisedAddresses)];

    private DateTimeOffset When(long timestamp) => _context.Clock.GetUtcNow() - _context.Clock.GetElapsedTime(timestamp);

    /// <summary>The last one out closes the nexus: not before the medium is done with its last command.</summary>
    private void LeaveEngine()
    {
        if (Interlocked.Decrement(ref _inEngine) != 0) return;
        bool keepsNexus;
        lock (_gate) (_hasLeft, keepsNexus) = (true, !_isHandedOver);
        if (keepsNexus) CloseNexus();
        _shared.Remove(this); // not before: who fences the volume has to find what is still at the medium
        _context.Sessions.Release(this);
        _ended.TrySetResult();
    }

    private void CloseNexus()
    {
        if (_openNexus is { } nexus) Volume.Unit.CloseNexus(nexus);
    }

    private static bool IsLunZero(ulong lun) =>
        // LUN 0 in peripheral device or flat space addressing (SAM-5 section 4.7), bus 0, no deeper levels.
        lun is 0 or 0x4000_0000_0000_0000;

    private CommandPlan PlanCommand(ScsiTask task)
    {
        try
        {
            return IsLunZero(task.Lun)
                ? Volume.Unit.Plan(_openNexus!, task.Cdb, task.InitiatorWrites ? task.ExpectedBytes : 0)
                : Volume.Unit.PlanForAbsentLun(task.Cdb);
        }
#pragma warning disable CA1031 // a bug in one command must not cost the session, let alone the process
        catch (Exception bug)
#pragma warning restore CA1031
        {
            Connection.LogCommandThrew(bug, task.Cdb[0]);
            return new CommandPlan
            {
                Kind = PlanKind.Respond,
                Result = new ScsiResult(SenseData.CheckCondition, default, SenseData.InternalFailure),
            };
        }
    }

    /// <summary>The first block that cannot be read (SBC-3 on the INFORMATION field); of what cannot be written, the command's first.</summary>
    private ulong LbaOf(ScsiTask task, IoFault fault)
    {
        if (fault != IoFault.ReadFailed || task.Plan.Kind != PlanKind.Read) return task.Plan.Lba;
        var blockBytes = Volume.Unit.Geometry.LogicalBlockBytes;
        return task.Plan.Lba + (ulong)(FaultLocator.FirstUnreadable(Volume.Device, task.Offset, task.Buffer.Span, blockBytes) / blockBytes);
    }

    private void SetResult(ScsiTask task, IoFault fault)
    {
        var plan = task.Plan;
        if (plan.Kind == PlanKind.Execute)
        {
            if (fault != IoFault.None) task.Answer(SenseData.CheckCondition, SenseData.InternalFailure);
            return;
        }
        if (fault == IoFault.None)
        {
            var data = plan.Kind == PlanKind.Read ? task.Buffer : default;
            task.Result = new ScsiResult(0, data, default);
            return;
        }
        task.Result = Volume.Unit.MediumFault(BlockMedium.StatusOf(fault), LbaOf(task, fault), plan.Kind == PlanKind.Write);
    }
}
