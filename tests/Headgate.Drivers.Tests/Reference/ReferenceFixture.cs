using Headgate.Drivers.Reference;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Reference;

/// <summary>The reference driver for the kit: hosts can be played, and the link has no requests that could be broken.</summary>
internal sealed class ReferenceFixture : IConformanceFixture
{
    private readonly string _array = Guid.NewGuid().ToString("N");
    private readonly Guid _pool = Guid.NewGuid();
    private readonly ReferenceProvider _provider = new();
    private readonly IReadOnlyDictionary<string, string> _settings;

    public ReferenceFixture(params (string Name, string Value)[] settings)
    {
        _settings = settings.Append(("array", _array)).ToDictionary(s => s.Item1, s => s.Item2);
        Store = Open();
    }

    public ReferenceArray Array => ReferenceArray.Named(_array);

    public IPrimaryDataStore Store { get; }

    public IArrayLink? Link => null;

    public Func<Connection, string, ChapCredential?, CancellationToken, ValueTask<bool>> CanConnect => (connection, initiator, chap, _) =>
    {
        var target = Assert.IsType<Connection.Iscsi>(connection).TargetName;
        var allowed = Array.LogIn(target, initiator, chap?.Secret);
        if (allowed) Array.LogOut(target, initiator);
        return ValueTask.FromResult(allowed);
    };

    public ValueTask<IPrimaryDataStore> OpenAgainAsync(CancellationToken stop) => ValueTask.FromResult(Open());

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        ReferenceArray.Scrap(_array);
    }

    private IPrimaryDataStore Open() =>
        _provider.OpenAsync(new PoolSettings(_pool, _provider.Settings, _settings), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult().ValueOrThrow(); // opening never waits: it does not talk to the array
}
