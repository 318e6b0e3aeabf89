using Headgate.Persistence.Engines;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Headgate.Persistence;

/// <summary>For <c>dotnet ef migrations add</c> (see eng/add-migration); never used by a running server.</summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<HeadgateDbContext>
{
    public HeadgateDbContext CreateDbContext(string[] args) => new(SqliteEngine.OptionsFor("Data Source=:memory:"));
}

/// <summary>The same for PostgreSQL; nothing is connected to.</summary>
internal sealed class PostgresDesignTimeContextFactory : IDesignTimeDbContextFactory<PostgresDbContext>
{
    public PostgresDbContext CreateDbContext(string[] args) => new(PostgresEngine.OptionsFor(options => options.UseNpgsql("Host=nowhere")));
}
