using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>Two servers that make the same volume at once, held so that both have looked before either makes it.</summary>
public sealed class SolidFireRaceTests(RunningNode node) : IClassFixture<RunningNode>
{
    private static readonly VolumeSpec Small = new("raced", ByteSize.GiB(1), QosSpec.Create(200, 1000, 1000)) { AccountId = Guid.NewGuid() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_get_the_same_volume_and_the_other_one_is_deleted()
    {
        await using var pool = new NodeFixture(node.Node);
        var key = new ObjectKey(Guid.NewGuid());
        var both = await RaceAsync(pool, "\"CreateVolume\"", driver => driver.CreateAsync(key, Small, Stop));

        Assert.Equal(both[0].ValueOrThrow().Handle, both[1].ValueOrThrow().Handle);
        await OneIsLeftAsync(pool, key, both[0].ValueOrThrow().Handle);
    }

    [Fact]
    public async Task The_loser_with_other_arguments_leaves_nothing_behind()
    {
        await using var pool = new NodeFixture(node.Node);
        var key = new ObjectKey(Guid.NewGuid());
        var sizes = new Queue<long>([1, 2]);
        var both = await RaceAsync(
            pool, "\"CreateVolume\"", driver => driver.CreateAsync(key, Small with { Size = ByteSize.GiB(sizes.Dequeue()) }, Stop));

        var won = Assert.Single(both.OfType<Outcome<VolumeView>.Done>());
        Assert.Equal(FaultCodes.KeyReused, Assert.Single(both.OfType<Outcome<VolumeView>.Refused>()).Fault.Code);
        await OneIsLeftAsync(pool, key, won.Value.Handle);
    }

    [Fact]
    public async Task Two_clones_at_once_are_one()
    {
        await using var pool = new NodeFixture(node.Node);
        var source = (await pool.Store.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop)).ValueOrThrow();
        var key = new ObjectKey(Guid.NewGuid());
        var both = await RaceAsync(pool, "\"CloneVolume\"", driver => driver.Facet<IClones>()!.CloneAsync(key, Small, source.Handle, null, Stop));

        Assert.Equal(both[0].ValueOrThrow().Handle, both[1].ValueOrThrow().Handle);
        await OneIsLeftAsync(pool, key, both[0].ValueOrThrow().Handle);
    }

    [Fact]
    public async Task Two_first_grants_of_one_initiator_end_in_one_group()
    {
        await using var pool = new NodeFixture(node.Node);
        var initiator = $"iqn.2026-11.org.headgate.test:{Guid.NewGuid():N}";
        var keys = new Queue<(ObjectKey Key, VolumeHandle Handle)>();
        for (var n = 0; n < 2; n++)
        {
            var key = new ObjectKey(Guid.NewGuid());
            keys.Enqueue((key, (await pool.Store.Driver.CreateAsync(key, Small, Stop)).ValueOrThrow().Handle));
        }
        var all = keys.ToList();
        var both = await RaceAsync(pool, "\"CreateInitiators\"", driver =>
        {
            var (key, handle) = keys.Dequeue();
            return driver.GrantAccessAsync(key, handle, new AccessRequest(initiator, RequireChap: true), Stop);
        });

        var chaps = both.Select(o => ((Connection.Iscsi)o.ValueOrThrow()).Chap).ToList();
        Assert.Equal(chaps[0], chaps[1]);
        foreach (var (key, _) in all) Assert.Equal([initiator], (await pool.Store.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Initiators);
    }

    /// <summary>Runs the call on two stores; neither's request that contains <paramref name="method"/> goes out before both are there.</summary>
    private static async Task<Outcome<T>[]> RaceAsync<T>(NodeFixture pool, string method, Func<IPrimaryDataStoreDriver, ValueTask<Outcome<T>>> call)
    {
        var meeting = new Meeting(method);
        await using var one = pool.OpenThrough(meeting.Wrap);
        await using var two = pool.OpenAsAnotherServer(meeting.Wrap);
        return await Task.WhenAll(call(one.Driver).AsTask(), call(two.Driver).AsTask());
    }

    private static async Task OneIsLeftAsync(NodeFixture pool, ObjectKey key, VolumeHandle handle)
    {
        var all = (await pool.Store.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow();
        Assert.Equal(handle, Assert.Single(all, v => v.Key == key).Handle);
    }

    private sealed class Meeting(string held)
    {
        private const int Guests = 2;
        private readonly string _held = held;
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public HttpMessageHandler Wrap(HttpMessageHandler inner) => new Door(this, inner);

        private Task ArriveAsync()
        {
            if (Interlocked.Increment(ref _arrived) == Guests) _complete.SetResult();
            return _complete.Task;
        }

        private sealed class Door(Meeting meeting, HttpMessageHandler inner) : DelegatingHandler(inner)
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var body = await request.Content!.ReadAsStringAsync(cancellationToken);
                if (body.Contains(meeting._held, StringComparison.Ordinal)) await meeting.ArriveAsync().WaitAsync(cancellationToken);
                return await base.SendAsync(request, cancellationToken);
            }
        }
    }
}
