using Microsoft.EntityFrameworkCore.Design;

namespace Headgate.Persistence;

/// <summary>For <c>dotnet ef migrations add</c> (see eng/add-migration); never used by a running server.</summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<HeadgateDbContext>
{
    public HeadgateDbContext CreateDbContext(string[] args) => new(HeadgateDatabase.OptionsFor("Data Source=:memory:"));
}
