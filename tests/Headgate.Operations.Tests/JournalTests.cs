using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Primitives;
using Headgate.Testing.Database;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Operations.Tests;

/// <summary>Whose a run is, on a real database: one operation never runs twice, and none is kept by a run that is no more.</summary>
public class JournalTests : IAsyncLifetime
{
    private const string Kind = "test";
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly OperationCatalog _catalog = new([new OperationDefinition(Kind, [new Step("one"), new Step("two")])]);
    private TestDatabase _stored = null!;
    private OperationFeed _feed = null!;
    private OperationJournal _journal = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stored = await TestDatabase.CreateAsync();
        _feed = new OperationFeed(_stored.Database, _time);
        _journal = new OperationJournal(_stored.Database, _catalog, _feed, _time, "server#1");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _stored.DisposeAsync();
    }

    [Fact]
    public async Task What_still_runs_here_is_not_claimed_again_though_its_lease_expired()
    {
        var run = await BegunAsync();
        _time.Advance(Lease * 2);
        Assert.Empty(await _journal.ClaimAsync(8, Lease, [run.Operation.Id], Stop));
        Assert.NotNull(await _journal.RecordAsync(run, new StepResult.Advance("done"), Stop));
    }

    [Fact]
    public async Task A_run_whose_operation_was_claimed_again_records_nothing_more()
    {
        var outdated = await BegunAsync();
        _time.Advance(Lease * 2);
        var current = Assert.Single(await _journal.ClaimAsync(8, Lease, [], Stop));

        Assert.Null(await _journal.RecordAsync(outdated, new StepResult.GiveUp(new Fault("late", "Late.", Recovery.FixRequest)), Stop));
        var next = await _journal.RecordAsync(current, new StepResult.Advance("done"), Stop);
        Assert.Equal([StepStatus.Done, StepStatus.Running], next!.Steps.Select(s => s.Status));
        Assert.Null(await _journal.RecordAsync(current, new StepResult.Advance("done"), Stop)); // the first step, while the second runs
    }

    [Fact]
    public async Task Only_what_runs_is_renewed_so_that_what_died_falls_due()
    {
        var (alive, dead) = (await BegunAsync(), await BegunAsync());
        _time.Advance(Lease * 0.9);
        await _journal.RenewAsync(Lease, [alive.Operation.Id], Stop);
        _time.Advance(Lease * 0.9);
        var taken = Assert.Single(await _journal.ClaimAsync(8, Lease, [], Stop));
        Assert.Equal(dead.Operation.Id, taken.Operation.Id);
    }

    [Fact]
    public async Task A_result_whose_commit_is_refused_is_a_refusal()
    {
        var run = await BegunAsync();
        var fault = new Fault("volume-state", "Not now.", Recovery.FixRequest);
        var next = await _journal.RecordAsync(run, new StepResult.Advance("done", (_, _, _) => throw new CommitRefusedException(fault)), Stop);
        Assert.Equal((OperationStatus.Undoing, fault.Code), (next!.Operation.Status, next.Operation.Fault?.Code));
    }

    private async Task<OperationDetails> BegunAsync()
    {
        var starter = new OperationStarter(_stored.Database, _catalog, _feed, new ProviderRegistry([], new PluginOptions(), _time, NullLogger<ProviderRegistry>.Instance), _time);
        var asked = await starter.StartAsync(
            "a/b", null, "f", (_, _, _) => Task.FromResult<Outcome<NewOperation>>(new NewOperation(Kind, "t", Guid.NewGuid(), null)), Stop);
        var id = asked.ValueOrThrow().Operation.Id;
        return Assert.Single(await _journal.ClaimAsync(8, Lease, [], Stop), o => o.Operation.Id == id);
    }

    private sealed class Step(string name) : IOperationStep
    {
        public string Name => name;

        public ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop) => throw new InvalidOperationException();

        public ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop) => throw new InvalidOperationException();
    }
}

/// <summary>The same on PostgreSQL.</summary>
[OnPostgres]
public sealed class JournalTestsOnPostgres : JournalTests
{
    public JournalTestsOnPostgres() => TestDatabase.RequirePostgres();
}
