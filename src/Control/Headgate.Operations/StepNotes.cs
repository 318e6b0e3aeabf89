using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations;

/// <summary>How far a step is that takes minutes: said in its note while it runs, for whoever follows the operation, on whichever server.</summary>
public sealed class StepNotes(HeadgateDatabase database, OperationFeed feed, TimeProvider time)
{
    /// <summary>How often a step says so: often enough for a person, one small write for hundreds of megabytes.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For one run of one step.</summary>
    internal Running Of(Guid operationId, string step) => new(this, operationId, step);

    /// <summary>The notes of one run; not for several threads at a time.</summary>
    internal sealed class Running(StepNotes notes, Guid operationId, string step)
    {
        private long _lastTold = notes.Now;

        /// <summary>
        /// Writes the note when it is time to. True when the step shall stop, because a cancel was asked for meanwhile or the operation is not at this
        /// step any more.
        /// </summary>
        public async Task<bool> TellAsync(Func<string> note, CancellationToken stop)
        {
            if (notes.Since(_lastTold) < notes.Every) return false;
            _lastTold = notes.Now;
            return await notes.WriteAsync(operationId, step, note(), stop).ConfigureAwait(false);
        }
    }

    private long Now => time.GetTimestamp();

    private TimeSpan Since(long then) => time.GetElapsedTime(then);

    private async Task<bool> WriteAsync(Guid operationId, string step, string note, CancellationToken stop)
    {
        var shallStop = await database.WriteAsync(
            async (db, cancel) =>
            {
                var operation = await db.Operations.SingleAsync(o => o.Id == operationId, cancel).ConfigureAwait(false);
                var running = await db.OperationSteps.SingleOrDefaultAsync(
                    s => s.OperationId == operationId && s.Name == step && s.Status == StepStatus.Running, cancel).ConfigureAwait(false);
                if (running is null || operation.CancelRequested) return true;
                db.OperationSteps.Update(running with { Note = note });
                db.Put(operation); // another version, which is what those who follow look for
                return false;
            },
            stop).ConfigureAwait(false);
        feed.Changed(operationId);
        return shallStop;
    }
}
