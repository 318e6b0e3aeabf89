using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>An answer as it is kept for repeats.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Media type; empty for none.</param>
/// <param name="Location">Address of what was made; empty for none.</param>
/// <param name="Body">The text.</param>
public sealed record KeptReply(int Status, string ContentType, string Location, string Body);

/// <summary>What a request with an Idempotency-Key meets.</summary>
public abstract record KeyClaim
{
    private KeyClaim() { }

    /// <summary>The key is new, or its claimant is gone: carry the request out, then keep or release.</summary>
    public sealed record Mine : KeyClaim;

    /// <summary>It was answered.</summary>
    public sealed record Answered(KeptReply Reply) : KeyClaim;

    /// <summary>The key came before with another request.</summary>
    public sealed record OtherRequest : KeyClaim;

    /// <summary>Another server is at it.</summary>
    public sealed record InProgress : KeyClaim;
}

/// <summary>
/// Claims of Idempotency-Keys and the answers kept for them, per account. Fingerprint and answer are sealed: requests
/// hold array passwords and answers hold API keys, neither of which may be guessed at from the database.
/// </summary>
public sealed class ReplyStore(HeadgateDatabase database, SecretBox box, EngineOptions server, TimeProvider clock)
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Status of a claim that has no answer yet; no HTTP status.</summary>
    private const int Unanswered = 0;

    /// <summary>Claims <paramref name="key"/> for the request with this <paramref name="fingerprint"/>.</summary>
    public Task<KeyClaim> ClaimAsync(Caller caller, string key, string fingerprint, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.WriteAsync<KeyClaim>(
            async (db, cancel) =>
            {
                var now = clock.GetUtcNow();
                var row = await Rows(db, caller, key).FirstOrDefaultAsync(cancel).ConfigureAwait(false);
                if (row is not null && row.CreatedAt + Kept > now)
                {
                    if (!SameText(Open(row.Fingerprint, caller, key), fingerprint)) return new KeyClaim.OtherRequest();
                    if (row.StatusCode != Unanswered)
                        return new KeyClaim.Answered(JsonSerializer.Deserialize<KeptReply>(Open(row.Body, caller, key))!);
                    // Requests of one server with one key come here one at a time: an unanswered claim of its own was left by a crash.
                    // Another server's is believed as long as its leases: requests that change something only write to the database,
                    // which takes a second, or little more than DatabaseEngine.RideOut while that restarts.
                    if (row.ContentType != server.ServerName && row.CreatedAt + server.Lease > now) return new KeyClaim.InProgress();
                }
                await Rows(db, caller, key).ExecuteDeleteAsync(cancel).ConfigureAwait(false);
                db.IdempotentReplies.Add(new IdempotentReply
                {
                    AccountId = caller.AccountId,
                    Key = key,
                    Fingerprint = box.Seal(fingerprint, Owner(caller, key)),
                    StatusCode = Unanswered,
                    ContentType = server.ServerName,
                    Body = "",
                    CreatedAt = now,
                });
                return new KeyClaim.Mine();
            },
            stop);
    }

    /// <summary>Keeps the answer of a request that was carried out under a claim.</summary>
    public async Task KeepAsync(Caller caller, string key, KeptReply reply, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(reply);
        var body = box.Seal(JsonSerializer.Serialize(reply), Owner(caller, key));
        await database.WriteAsync(
            (db, cancel) => Rows(db, caller, key).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.StatusCode, reply.Status).SetProperty(r => r.ContentType, reply.ContentType)
                    .SetProperty(r => r.Body, body),
                cancel),
            stop).ConfigureAwait(false);
    }

    /// <summary>Gives a claim up: the request came to no answer that should be repeated.</summary>
    public async Task ReleaseAsync(Caller caller, string key, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await database.WriteAsync(
            (db, cancel) => Rows(db, caller, key).Where(r => r.StatusCode == Unanswered).ExecuteDeleteAsync(cancel), stop)
            .ConfigureAwait(false);
    }

    /// <summary>Forgets what is older than <see cref="Kept"/>; returns how many.</summary>
    public Task<int> SweepAsync(CancellationToken stop)
    {
        var old = clock.GetUtcNow() - Kept;
        return database.WriteAsync(
            (db, cancel) => db.IdempotentReplies.Where(r => r.CreatedAt < old).ExecuteDeleteAsync(cancel), stop);
    }

    private static IQueryable<IdempotentReply> Rows(HeadgateDbContext db, Caller caller, string key) =>
        db.IdempotentReplies.Where(r => r.AccountId == caller.AccountId && r.Key == key);

    private static string Owner(Caller caller, string key) => $"reply/{caller.AccountId}/{key}";

    private string Open(string text, Caller caller, string key) => box.Open(text, Owner(caller, key));

    private static bool SameText(string left, string right) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(left), Encoding.ASCII.GetBytes(right));
}
