using Microsoft.EntityFrameworkCore;

namespace Headgate.Persistence.Engines;

/// <summary>Whether a database has a schema that this program knows.</summary>
internal static class SchemaCheck
{
    /// <summary>Passes when every migration that the database has had is one of ours.</summary>
    /// <exception cref="DatabaseRefusedException"><c>database-newer</c>.</exception>
    public static async Task RequireKnownAsync(HeadgateDbContext context, string address, CancellationToken stop)
    {
        var applied = await context.Database.GetAppliedMigrationsAsync(stop).ConfigureAwait(false);
        var unknown = applied.Except(context.Database.GetMigrations()).ToList();
        if (unknown.Count > 0)
            throw new DatabaseRefusedException("database-newer",
                $"The database {address} was written by a newer version of this program (it knows {unknown[^1]}, this one does not). " +
                "Start that version, or restore a backup from before.");
    }
}
