using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Operations.Tests;

public class ProgressTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly Fault No = new("no", "No.", Recovery.FixRequest);
    private static readonly OperationDefinition Three = new("test", []);

    private static OperationDetails Fresh() => new(
        new Operation
        {
            Id = Guid.Empty, Kind = "test", SubjectType = "t", SubjectId = default, Actor = "a/b", Status = OperationStatus.Pending, Input = "{}", CreatedAt = Now,
        },
        [.. Enumerable.Range(0, 3).Select(i => new OperationStep { OperationId = default, Index = i, Name = $"s{i}", Status = StepStatus.Pending })]);

    private static string Shape(OperationDetails held) =>
        $"{held.Operation.Status}: {string.Join(" ", held.Steps.Select(s => s.Status))}";

    private static OperationDetails After(OperationDetails held, StepResult result) => Progress.After(held, result, Three, Now);

    [Fact]
    public void Steps_are_intended_one_after_another_until_the_last_is_done()
    {
        var held = Progress.Resume(Fresh(), Three, Now);
        Assert.Equal("Running: Running Pending Pending", Shape(held));
        held = After(held, new StepResult.Advance("a"));
        Assert.Equal("Running: Done Running Pending", Shape(held));
        held = After(After(held, new StepResult.Advance("b")), new StepResult.Advance("c"));
        Assert.Equal("Succeeded: Done Done Done", Shape(held));
        Assert.Equal(Now, held.Operation.EndedAt);
    }

    [Fact]
    public void A_refusal_is_undone_newest_first_from_the_step_that_failed()
    {
        var held = After(Progress.Resume(Fresh(), Three, Now), new StepResult.Advance("a"));
        held = After(held, new StepResult.GiveUp(No));
        Assert.Equal("Undoing: Done Undoing Pending", Shape(held));
        held = After(held, new StepResult.Advance("u"));
        Assert.Equal("Undoing: Undoing Undone Pending", Shape(held));
        held = After(held, new StepResult.Advance("u"));
        Assert.Equal("Failed: Undone Undone Pending", Shape(held));
        Assert.Equal(No, held.Operation.Fault);
    }

    [Fact]
    public void What_comes_back_is_no_attempt()
    {
        var held = Progress.Resume(Fresh(), Three, Now);
        for (var i = 0; i < 100; i++)
        {
            held = After(held, new StepResult.ComeBack("others are at it", TimeSpan.FromSeconds(4)));
            Assert.Equal((Now.AddSeconds(4), (string?)null, "others are at it"), (held.Operation.NotBefore!.Value, held.Operation.LeaseOwner, held.Steps[0].Note));
            held = Progress.Resume(held, Three, Now);
        }
        Assert.Equal((1, "Running: Running Pending Pending"), (held.Steps[0].Attempts, Shape(held)));
    }

    [Fact]
    public void A_doubt_waits_and_counts_its_attempts_and_an_undo_never_gives_up()
    {
        var held = After(Progress.Resume(Fresh(), Three, Now), new StepResult.TryAgain("lost", TimeSpan.FromSeconds(4)));
        Assert.Equal((Now.AddSeconds(4), (string?)null), (held.Operation.NotBefore!.Value, held.Operation.LeaseOwner));
        held = Progress.Resume(held, Three, Now);
        Assert.Equal((2, "Running: Running Pending Pending"), (held.Steps[0].Attempts, Shape(held)));
        held = After(After(held, new StepResult.GiveUp(No)), new StepResult.GiveUp(No));
        Assert.Equal("Undoing: Undoing Pending Pending", Shape(held));
        Assert.Equal(2, Progress.Resume(held, Three, Now).Steps[0].UndoAttempts);
    }

    [Theory, InlineData(true, false), InlineData(false, true)]
    public void Cancelled_or_abandoned_during_an_attempt_it_does_not_wait_for_the_next(bool cancelled, bool abandoned)
    {
        var running = Progress.Resume(Fresh(), Three, Now);
        var asked = running with { Operation = running.Operation with { CancelRequested = cancelled, AbandonRequested = abandoned } };
        foreach (var result in new StepResult[] { new StepResult.TryAgain("lost", TimeSpan.FromMinutes(1)), new StepResult.ComeBack("later", TimeSpan.FromMinutes(1)) })
        {
            Assert.Equal(Now.AddMinutes(1), After(running, result).Operation.NotBefore);
            Assert.Equal(Now, After(asked, result).Operation.NotBefore);
        }
    }

    [Fact]
    public void A_cancelled_operation_is_undone_at_once_when_pending_and_before_the_next_step_when_running()
    {
        var pending = Fresh() with { Operation = Fresh().Operation with { CancelRequested = true } };
        Assert.Equal("Undoing: Undoing Pending Pending", Shape(Progress.Resume(pending, Three, Now)));

        var running = Progress.Resume(Fresh(), Three, Now);
        running = running with { Operation = running.Operation with { CancelRequested = true } };
        Assert.Equal("Undoing: Undoing Pending Pending", Shape(After(running, new StepResult.Advance("a"))));
        var forward = Progress.After(running, new StepResult.Advance("a"), Three with { CanCancel = false }, Now);
        Assert.Equal("Running: Done Running Pending", Shape(forward));
    }

    [Theory]
    [InlineData(1, 1), InlineData(2, 2), InlineData(5, 16), InlineData(7, 60), InlineData(1000, 60)]
    public void Pauses_double_up_to_a_minute(int attempt, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Retry.Pause(attempt));

    [Fact]
    public void A_doubt_is_never_given_up_and_a_passing_refusal_is_after_eight_attempts()
    {
        var passing = new Fault("busy", "Busy.", Recovery.RetryWithBackoff);
        StepResult Of(Outcome<Nothing> outcome, int attempt) => Retry.After(outcome, attempt, _ => new StepResult.Advance(""));
        Assert.IsType<StepResult.TryAgain>(Of(new Outcome<Nothing>.Unknown(passing), 10_000));
        Assert.IsType<StepResult.TryAgain>(Of(passing, Retry.AttemptsBeforeGivingUp - 1));
        Assert.IsType<StepResult.GiveUp>(Of(passing, Retry.AttemptsBeforeGivingUp));
        Assert.IsType<StepResult.GiveUp>(Of(No, 1));
        Assert.IsType<StepResult.TryAgain>(Retry.AfterUndo<Nothing>(No, 10_000, _ => new StepResult.Advance("")));
    }
}
