using System.Threading.Channels;
using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Control.Events;

/// <summary>How long audit records are kept.</summary>
/// <param name="Retention">Older ones are forgotten.</param>
public sealed record AuditOptions(TimeSpan Retention)
{
    /// <summary>A year and a month: what was done at the same time a year ago can be looked up.</summary>
    public static AuditOptions Default { get; } = new(TimeSpan.FromDays(396));
}

/// <summary>
/// Writes the audit records. A call is recorded before it is carried out and its result after, so that none goes unrecorded; calls at the
/// same time share a commit, so that this costs a busy server little.
/// </summary>
public sealed partial class AuditTrail(HeadgateDatabase database, AuditOptions options, TimeProvider clock, ILogger<AuditTrail> log) : BackgroundService
{
    /// <summary>Records that wait to be written; when so many do, callers wait too.</summary>
    private const int Waiting = 4096;

    /// <summary>Records of one commit; keeps it below a few milliseconds.</summary>
    private const int Batch = 256;

    /// <summary>How often what is too old is forgotten.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Waiting) { SingleReader = true });

    private DateTimeOffset _swept;

    /// <summary>Records that a call is about to be carried out; returns when that is committed.</summary>
    public async Task BeginAsync(AuditRecord record, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(record);
        var entry = new Entry(record, IsEnd: false, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _entries.Writer.WriteAsync(entry, stop).ConfigureAwait(false);
        await entry.Written!.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Records what came of a call that was recorded before. Written a moment later.</summary>
    public ValueTask EndAsync(AuditRecord record) => QueueAsync(new Entry(record, IsEnd: true, null));

    /// <summary>Records a call that was refused. Written a moment later.</summary>
    public ValueTask NoteAsync(AuditRecord record) => QueueAsync(new Entry(record, IsEnd: false, null));

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.TryComplete(); // what is queued is written; the loop ends after it
        if (ExecuteTask is { } running) await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Entry>(Batch);
        while (await _entries.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < Batch && _entries.Reader.TryRead(out var entry)) batch.Add(entry);
            try
            {
                await database.WriteAsync((db, cancel) => WriteAsync(db, batch, cancel), CancellationToken.None).ConfigureAwait(false);
                foreach (var entry in batch) entry.Written?.TrySetResult();
            }
            catch (Exception lost) when (lost is not OutOfMemoryException)
            {
                LogLost(batch.Count, lost);
                foreach (var entry in batch) entry.Written?.TrySetException(lost); // a call that cannot be recorded is not carried out
            }
        }
    }

    private async ValueTask QueueAsync(Entry entry)
    {
        try
        {
            await _entries.Writer.WriteAsync(entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            LogLate(entry.Record.Operation, entry.Record.Status); // the server stops: the record says that it began
        }
    }

    private async Task WriteAsync(HeadgateDbContext db, List<Entry> batch, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (now - _swept > SweepEvery)
        {
            var old = now - options.Retention;
            await db.AuditRecords.Where(r => r.At < old).ExecuteDeleteAsync(stop).ConfigureAwait(false);
            _swept = now;
        }
        foreach (var entry in batch)
        {
            if (entry.IsEnd) db.AuditRecords.Update(entry.Record);
            else db.AuditRecords.Add(entry.Record);
        }
    }

    private sealed record Entry(AuditRecord Record, bool IsEnd, TaskCompletionSource? Written);
}
