namespace Headgate.Qos.Tests;

/// <summary>One I/O in a simulation.</summary>
internal sealed class SimulatedIo : QosRequest
{
    public required SimulatedClient Client { get; init; }
    public int Bytes { get; set; }
    public bool IsWrite { get; set; }
    public long SubmittedNs { get; set; }
    public long DispatchedNs { get; set; }
}

/// <summary>A client that keeps some I/Os outstanding on its volume while it is on.</summary>
internal sealed class SimulatedClient
{
    public required QosVolume Volume { get; init; }
    public required Func<int> NextBytes { get; init; }
    public Func<bool> NextIsWrite { get; init; } = () => false;
    public Func<long> ThinkNs { get; init; } = () => 0;
    public bool IsOn { get; set; }
    public Stack<SimulatedIo> Idle { get; } = new();

    /// <summary>When each I/O went to the medium and what it cost.</summary>
    public List<(long Ns, int Cost)> Served { get; } = [];

    /// <summary>What each of <see cref="Served"/> moved.</summary>
    public List<(int Bytes, bool IsWrite)> Moved { get; } = [];

    public long LongestWaitNs { get; set; }
}

/// <summary>
/// Clients, a scheduler and a medium in virtual time. The medium has a rate in normalised IOPS (0: none) after which it
/// serves one by one, plus a fixed latency; timers fire late by what <see cref="LatenessNs"/> says.
/// </summary>
internal sealed class Simulation
{
    private readonly PriorityQueue<(SimulatedIo? Io, bool IsSubmit, Action? Action), (long Ns, long Order)> _events = new();
    private const int ServedMax = 3_000_000;

    private long _order;
    private int _served;
    private long _timerNs = long.MaxValue;
    private long _mediumFreeNs;

    public QosScheduler Scheduler { get; } = new();
    public long Now { get; private set; } = 1_000_000_000_000; // as if the machine had been up for a while
    public long MediumIops { get; set; }
    public long MediumLatencyNs { get; set; } = 50_000;
    public Func<long> LatenessNs { get; set; } = () => 0;

    /// <summary>Called whenever all has been dispatched that may be.</summary>
    public Action? Pumped { get; set; }

    public SimulatedClient AddClient(
        VolumeLimits limits, int depth, Func<int> nextBytes, Func<bool>? nextIsWrite = null, Func<long>? thinkNs = null)
    {
        var client = new SimulatedClient
        {
            Volume = Scheduler.Add(limits, Now),
            NextBytes = nextBytes,
            NextIsWrite = nextIsWrite ?? (() => false),
            ThinkNs = thinkNs ?? (() => 0),
        };
        for (var i = 0; i < depth; i++) client.Idle.Push(new SimulatedIo { Client = client });
        return client;
    }

    public void TurnOn(SimulatedClient client)
    {
        client.IsOn = true;
        while (client.Idle.TryPop(out var io)) Push(io, isSubmit: true, Now);
    }

    public static void TurnOff(SimulatedClient client) => client.IsOn = false;

    public void At(long ns, Action action) => _events.Enqueue((null, false, action), (ns, _order++));

    public void Configure(SimulatedClient client, VolumeLimits limits)
    {
        Scheduler.Configure(client.Volume, limits, Now);
        Pump();
    }

    public void RunFor(double seconds)
    {
        var end = Now + (long)(seconds * 1e9);
        while (_events.TryPeek(out _, out var at) && at.Ns <= end)
        {
            var (io, isSubmit, action) = _events.Dequeue();
            Now = at.Ns;
            if (action is not null) action();
            else if (io is null) _timerNs = long.MaxValue;
            else if (isSubmit) Submit(io);
            else Complete(io);
            Pump();
            Pumped?.Invoke();
        }
        Now = end;
    }

    private void Push(SimulatedIo io, bool isSubmit, long ns) => _events.Enqueue((io, isSubmit, null), (ns, _order++));

    private void Submit(SimulatedIo io)
    {
        if (!io.Client.IsOn)
        {
            io.Client.Idle.Push(io);
            return;
        }
        io.Bytes = io.Client.NextBytes();
        io.IsWrite = io.Client.NextIsWrite();
        io.SubmittedNs = Now;
        Scheduler.Enqueue(io.Client.Volume, io, CostCurve.Of(io.Bytes), io.Bytes, io.IsWrite, Now);
    }

    private void Complete(SimulatedIo io)
    {
        Scheduler.Completed(io);
        var think = io.Client.ThinkNs();
        if (think == 0) Submit(io);
        else Push(io, isSubmit: true, Now + think);
    }

    private void Pump()
    {
        for (; ; )
        {
            switch (Scheduler.TryNext(Now, out var request, out var notBefore))
            {
                case NextKind.Dispatch:
                    Serve((SimulatedIo)request!);
                    break;
                case NextKind.NotBefore:
                    Assert.True(notBefore > Now);
                    if (notBefore < _timerNs)
                    {
                        _timerNs = notBefore;
                        _events.Enqueue((null, false, null), (notBefore + LatenessNs(), _order++));
                    }
                    return;
                default:
                    return;
            }
        }
    }

    private void Serve(SimulatedIo io)
    {
        Assert.True(++_served <= ServedMax, "more I/Os than any test serves: something has no limit");
        var cost = CostCurve.Of(io.Bytes);
        io.DispatchedNs = Now;
        io.Client.Served.Add((Now, cost));
        io.Client.Moved.Add((io.Bytes, io.IsWrite));
        io.Client.LongestWaitNs = Math.Max(io.Client.LongestWaitNs, Now - io.SubmittedNs);
        _mediumFreeNs = Math.Max(_mediumFreeNs, Now) + (MediumIops == 0 ? 0 : cost * 10_000_000L / MediumIops);
        Push(io, isSubmit: false, _mediumFreeNs + MediumLatencyNs);
    }
}
