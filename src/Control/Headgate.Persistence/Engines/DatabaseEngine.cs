using Microsoft.EntityFrameworkCore.Storage;

namespace Headgate.Persistence.Engines;

/// <summary>What differs between the databases: how to get in, how writers take turns, what a failure means.</summary>
internal abstract class DatabaseEngine : IDisposable
{
    /// <summary>Whether other servers may write to it as well.</summary>
    public abstract bool IsShared { get; }

    /// <summary>How long a call waits for a database that is away (it restarts, it fails over) before it gives up.</summary>
    public abstract TimeSpan RideOut { get; }

    /// <summary>How servers on one database wake one another.</summary>
    public abstract IDatabaseSignals Signals { get; }

    /// <summary>For people: where it is, without a password.</summary>
    public abstract string Address { get; }

    /// <summary>A fresh context.</summary>
    public abstract HeadgateDbContext Open();

    /// <summary>Checks that it is ours and of a known age, and makes or updates the schema.</summary>
    /// <exception cref="DatabaseRefusedException">It cannot be used.</exception>
    public abstract Task PrepareAsync(CancellationToken stop);

    /// <summary>
    /// Begins a transaction and takes the one writers' lock with its first statement: what it reads from then on stays true
    /// until it ends, whoever else writes.
    /// </summary>
    public abstract Task<IDbContextTransaction> BeginWriteAsync(HeadgateDbContext db, CancellationToken stop);

    /// <summary>
    /// Saves what was put, and with it who the transaction is, for <see cref="WasCommittedAsync"/>. The answer is null where a commit
    /// cannot be in doubt, or where it does no harm to run the work twice.
    /// </summary>
    public virtual async Task<long?> SaveAsync(HeadgateDbContext db, CancellationToken stop)
    {
        await db.SaveChangesAsync(stop).ConfigureAwait(false);
        return null;
    }

    /// <summary>Returns when the committed transaction with this mark survives a crash of the database. Others may write meanwhile.</summary>
    public virtual Task FlushAsync(HeadgateDbContext db, long mark) => Task.CompletedTask;

    /// <summary>Whether the transaction with this mark, whose commit or flush got no answer, was committed; it is flushed then.</summary>
    public virtual Task<bool> WasCommittedAsync(long mark) => Task.FromResult(false);

    /// <summary>Nothing will be asked about this mark any more.</summary>
    public virtual void Settle(long mark)
    {
    }

    /// <summary>The failure as "the database is away"; null when it is something else.</summary>
    public abstract DatabaseUnavailableException? Away(Exception failure);

    /// <summary>Whether the failure is a text that the database does not take.</summary>
    public virtual bool IsText(Exception failure) => false;

    /// <summary>Closes what is kept open.</summary>
    public abstract void Dispose();
}
