using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Headgate.Persistence.Engines;

/// <summary>Makes texts behave on PostgreSQL as they do on SQLite.</summary>
internal static class PostgresText
{
    /// <summary>Order and equality by code point, as SQLite compares, whatever locale the database was made with.</summary>
    private const string Collation = "C";

    private const char ReplacementCharacter = '\uFFFD';

    /// <summary>Every text column: unbounded, since lengths are checked before, where the refusal can be told; and in the order of code points.</summary>
    public static void Map(ModelBuilder model)
    {
        foreach (var property in model.Model.GetEntityTypes().SelectMany(type => type.GetProperties()))
        {
            var stored = property.GetValueConverter()?.ProviderClrType ?? property.ClrType;
            if (stored != typeof(string)) continue;
            property.SetMaxLength(null);
            property.SetCollation(Collation);
        }
    }

    /// <summary>
    /// PostgreSQL stores no NUL in a text. What clients send is refused before; what a storage or a program says in a message may
    /// hold one, and must not keep an operation from being journalled.
    /// </summary>
    public static void MakeStorable(ChangeTracker changes)
    {
        foreach (var entry in changes.Entries())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified)) continue;
            foreach (var property in entry.Properties)
            {
                if (property.CurrentValue is string text && text.Contains('\0', StringComparison.Ordinal))
                    property.CurrentValue = text.Replace('\0', ReplacementCharacter);
            }
        }
    }
}
