using Headgate.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Headgate.Persistence.Mapping;

internal sealed class AccountMapping : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => e.Name).IsUnique().HasFilter("\"RemovedAt\" IS NULL");
    }
}

internal sealed class UserMapping : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.Property(e => e.DisplayName).HasMaxLength(User.MaxTextLength);
        builder.Property(e => e.Email).HasMaxLength(User.MaxTextLength);
        builder.HasIndex(e => new { e.AccountId, e.Name }).IsUnique().HasFilter("\"RemovedAt\" IS NULL");
        builder.HasIndex(e => e.Name);
        builder.HasOne<Account>().WithMany().HasForeignKey(e => e.AccountId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class AuditRecordMapping : IEntityTypeConfiguration<AuditRecord>
{
    public void Configure(EntityTypeBuilder<AuditRecord> builder)
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.HasIndex(e => e.At);
        builder.HasIndex(e => new { e.Account, e.Id });
        builder.HasIndex(e => new { e.Object, e.Id });
        builder.HasIndex(e => new { e.Operation, e.Id });
    }
}

internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => e.Hash).IsUnique();
        builder.HasIndex(e => e.PreviousHash).IsUnique().HasFilter("\"PreviousHash\" IS NOT NULL");
        builder.HasIndex(e => e.Prefix);
        builder.HasIndex(e => e.UserId);
        builder.HasIndex(e => new { e.AccountId, e.Name }).IsUnique();
        builder.HasOne<Account>().WithMany().HasForeignKey(e => e.AccountId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.UserId).OnDelete(DeleteBehavior.Restrict);
    }
}
