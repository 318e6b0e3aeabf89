using Headgate.Drivers.Reference;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Reference;

/// <summary>A reference pool on an array of its own, opened, and as a subject for the kit: hosts are played and data is written.</summary>
internal sealed class ReferenceFixture : IDataProbe, IAsyncDisposable
{
    private readonly string _array = Guid.NewGuid().ToString("N");

    public ReferenceFixture(params (string Name, string Value)[] settings)
        : this(static provider => provider, settings)
    {
    }

    /// <summary>With the provider wrapped in something.</summary>
    public ReferenceFixture(Func<IPrimaryDataStoreProvider, IPrimaryDataStoreProvider> wrap, params (string Name, string Value)[] settings)
    {
        var provider = wrap(new ReferenceProvider());
        Subject = new ConformanceSubject(provider, settings.Append(("array", _array)).ToDictionary(s => s.Item1, s => s.Item2))
        {
            Reach = ReachAsync, Data = this, MakeForeignVolume = MakeForeignAsync,
        };
        Store = provider.OpenAsync(new PoolSettings(Subject.PoolId, provider.Settings, Subject.Settings), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult().ValueOrThrow(); // opening never waits: it does not talk to the array
    }

    public ConformanceSubject Subject { get; }

    public IPrimaryDataStore Store { get; }

    /// <summary>The same pool with a link that can be broken: for drivers that count their steps on it.</summary>
    public ConformanceSubject Through(IArrayLink link) => new(Subject.Provider, Subject.Settings)
    {
        PoolId = Subject.PoolId, Link = link, Reach = Subject.Reach, Data = Subject.Data, MakeForeignVolume = Subject.MakeForeignVolume,
    };

    public ReferenceArray Array => ReferenceArray.Named(_array);

    public bool CanUse(Connection connection) => connection is Connection.Iscsi;

    public ValueTask WriteAsync(Connection connection, string initiatorName, ReadOnlyMemory<byte> block, CancellationToken stop)
    {
        Array.WriteMark(HandleOf(connection), Convert.ToBase64String(block.Span));
        return ValueTask.CompletedTask;
    }

    public ValueTask<byte[]> ReadAsync(Connection connection, string initiatorName, CancellationToken stop) =>
        ValueTask.FromResult(Convert.FromBase64String(Array.ReadMark(HandleOf(connection)) ?? ""));

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        ReferenceArray.Scrap(_array);
    }

    private ValueTask<bool> ReachAsync(Connection connection, string initiatorName, ChapCredential? chap, CancellationToken stop)
    {
        var target = ((Connection.Iscsi)connection).TargetName;
        var allowed = Array.LogIn(target, initiatorName, chap?.Secret);
        if (allowed) Array.LogOut(target, initiatorName);
        return ValueTask.FromResult(allowed);
    }

    private ValueTask<ForeignVolume> MakeForeignAsync(CancellationToken stop)
    {
        var handle = Array.AddForeignVolume("by-hand", ByteSize.GiB(1));
        return ValueTask.FromResult(new ForeignVolume(handle, _ =>
        {
            Array.DeleteBehindTheBack(handle);
            return ValueTask.CompletedTask;
        }));
    }

    /// <summary>The array's targets end with the volume's number.</summary>
    private static VolumeHandle HandleOf(Connection connection) => new("ref-" + ((Connection.Iscsi)connection).TargetName.Split('.')[^1]);
}
