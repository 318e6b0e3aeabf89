using Headgate.Initiator;

namespace Headgate.Interop.Harness;

/// <summary>A load of our own initiator on a LUN, from its start until it is disposed.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly InitiatorSession _session;
    private readonly LoadGenerator _generator;
    private readonly Task _running;

    private Load(InitiatorSession session, LoadPlan plan)
    {
        _session = session;
        _generator = new LoadGenerator(session, plan);
        _running = _generator.RunAsync(_ended.Token);
    }

    public static async Task<Load> StartAsync(Lun lun, LoadPlan plan)
    {
        var login = await InitiatorSession.LoginAsync(lun.Address, 1, TestContext.Current.CancellationToken);
        return new Load(login.Session ?? throw new InvalidOperationException($"login refused: {login}"), plan);
    }

    /// <summary>As below, and the share of that time in which there was a machine to serve it.</summary>
    public async Task<(LoadSample Served, double Share)> MeasureWithMachineAsync(int seconds)
    {
        using var machine = new MachineWatch();
        var served = await MeasureAsync(seconds);
        return (served, machine.Share);
    }

    /// <summary>What came back within <paramref name="seconds"/> from now on.</summary>
    public async Task<LoadSample> MeasureAsync(int seconds)
    {
        _generator.Take();
        var window = Task.Delay(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken);
        if (await Task.WhenAny(window, _running) == _running) await _running; // it failed: say why
        return _generator.Take();
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _running;
        await _session.DisposeAsync();
        _ended.Dispose();
    }
}
