using Headgate.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Headgate.Persistence.Mapping;

internal sealed class AccountLedgerMapping : IEntityTypeConfiguration<AccountLedger>
{
    public void Configure(EntityTypeBuilder<AccountLedger> builder)
    {
        builder.Aggregate();
        builder.HasOne<Account>().WithOne().HasForeignKey<AccountLedger>(e => e.Id).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class MeterMapping : IEntityTypeConfiguration<Meter>
{
    public void Configure(EntityTypeBuilder<Meter> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.ComplexProperty(e => e.Held);
        builder.ComplexProperty(e => e.Billed);
        builder.HasIndex(e => e.AccountId);
    }
}

internal sealed class UsageRecordMapping : IEntityTypeConfiguration<UsageRecord>
{
    public void Configure(EntityTypeBuilder<UsageRecord> builder)
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Name).Name();
        builder.ComplexProperty(e => e.Billed);
        builder.HasIndex(e => new { e.AccountId, e.Until });
        builder.HasIndex(e => e.Until);
    }
}
