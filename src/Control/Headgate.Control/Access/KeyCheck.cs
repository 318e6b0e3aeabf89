using System.Security.Cryptography;
using Headgate.Persistence;
using Headgate.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Access;

/// <summary>
/// Holds a database and the key that seals its secrets together: the first start seals a known word into the database, every
/// later one opens it. A server with another key would refuse every pool's password, one by one, hours later.
/// </summary>
public static class KeyCheck
{
    private const string Fact = "key-check";
    private const string Word = "headgate";

    /// <summary>Whether secrets of this database are sealed with some key already.</summary>
    public static Task<bool> HasKeyAsync(HeadgateDatabase database, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.ReadAsync((db, cancel) => db.Facts.AnyAsync(f => f.Name == Fact, cancel), stop);
    }

    /// <summary>True when <paramref name="box"/> is the key of <paramref name="database"/>, which it becomes when there was none.</summary>
    public static Task<bool> IsTheKeyAsync(HeadgateDatabase database, SecretBox box, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(box);
        return database.WriteAsync(
            async (db, cancel) =>
            {
                if (await db.Facts.SingleOrDefaultAsync(f => f.Name == Fact, cancel).ConfigureAwait(false) is { } known) return Opens(box, known.Value);
                if (await db.Pools.AnyAsync(cancel).ConfigureAwait(false) && !await OpensAPoolAsync(db, box, cancel).ConfigureAwait(false)) return false;
                db.Facts.Add(new DatabaseFact { Name = Fact, Value = box.Seal(Word, Fact) });
                return true;
            },
            stop);
    }

    /// <summary>A database from before there was the check: its pools' secrets tell as well.</summary>
    private static async Task<bool> OpensAPoolAsync(HeadgateDbContext db, SecretBox box, CancellationToken stop)
    {
        foreach (var pool in await db.Pools.ToListAsync(stop).ConfigureAwait(false))
        {
            foreach (var (name, value) in pool.SealedSecrets) return Opens(box, value, Operations.StoreCache.SecretOwner(pool.Id, name));
        }
        return true; // nothing is sealed
    }

    private static bool Opens(SecretBox box, string value, string owner = Fact)
    {
        try
        {
            box.Open(value, owner);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
