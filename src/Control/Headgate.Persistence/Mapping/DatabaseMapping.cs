using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Headgate.Persistence.Mapping;

internal sealed class WriteMarkMapping : IEntityTypeConfiguration<WriteMark>
{
    public void Configure(EntityTypeBuilder<WriteMark> builder)
    {
        builder.HasKey(e => new { e.Writer, e.Number });
        builder.Property(e => e.Number).ValueGeneratedNever();
    }
}

internal sealed class DatabaseFactMapping : IEntityTypeConfiguration<DatabaseFact>
{
    public void Configure(EntityTypeBuilder<DatabaseFact> builder) => builder.HasKey(e => e.Name);
}

internal sealed class ServerMapping : IEntityTypeConfiguration<Domain.ControlServer>
{
    public void Configure(EntityTypeBuilder<Domain.ControlServer> builder) => builder.HasKey(e => e.Name);
}
