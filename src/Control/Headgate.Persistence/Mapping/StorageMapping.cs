using Headgate.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Headgate.Persistence.Mapping;

internal sealed class StoragePoolMapping : IEntityTypeConfiguration<StoragePool>
{
    public void Configure(EntityTypeBuilder<StoragePool> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => e.Name).IsUnique().HasFilter("\"State\" <> 'Removed'");
        builder.HasOne<Zone>().WithMany().HasForeignKey(e => e.ZoneId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Cluster>().WithMany().HasForeignKey(e => e.ClusterId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Host>().WithMany().HasForeignKey(e => e.HostId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class VolumeMapping : IEntityTypeConfiguration<Volume>
{
    public void Configure(EntityTypeBuilder<Volume> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => new { e.AccountId, e.Name }).IsUnique().HasFilter("\"State\" <> 'Expunged'");
        builder.HasIndex(e => new { e.PoolId, e.State });
        builder.HasIndex(e => e.StorageKey).HasFilter("\"StorageKey\" IS NOT NULL");
        builder.HasIndex(e => e.FromTemplateId).HasFilter("\"FromTemplateId\" IS NOT NULL");
        builder.HasOne<Account>().WithMany().HasForeignKey(e => e.AccountId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Zone>().WithMany().HasForeignKey(e => e.ZoneId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<StoragePool>().WithMany().HasForeignKey(e => e.PoolId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<DiskOffering>().WithMany().HasForeignKey(e => e.DiskOfferingId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class VolumeMoveMapping : IEntityTypeConfiguration<VolumeMove>
{
    public void Configure(EntityTypeBuilder<VolumeMove> builder)
    {
        builder.Aggregate();
        builder.HasIndex(e => e.VolumeId);
        builder.HasIndex(e => e.StorageKey);
        builder.HasOne<Volume>().WithMany().HasForeignKey(e => e.VolumeId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<StoragePool>().WithMany().HasForeignKey(e => e.PoolId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class VolumeAccessMapping : IEntityTypeConfiguration<VolumeAccess>
{
    public void Configure(EntityTypeBuilder<VolumeAccess> builder)
    {
        builder.Aggregate();
        builder.HasIndex(e => new { e.VolumeId, e.InitiatorName }).IsUnique();
        builder.HasIndex(e => e.HostId);
        builder.HasOne<Volume>().WithMany().HasForeignKey(e => e.VolumeId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class SnapshotMapping : IEntityTypeConfiguration<Snapshot>
{
    public void Configure(EntityTypeBuilder<Snapshot> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => new { e.AccountId, e.Name }).IsUnique().HasFilter("\"State\" <> 'Deleted'");
        builder.HasIndex(e => e.VolumeId);
        builder.HasOne<Volume>().WithMany().HasForeignKey(e => e.VolumeId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<StoragePool>().WithMany().HasForeignKey(e => e.PoolId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class TemplateMapping : IEntityTypeConfiguration<Template>
{
    public void Configure(EntityTypeBuilder<Template> builder)
    {
        builder.Aggregate();
        builder.Property(e => e.Name).Name();
        builder.HasIndex(e => new { e.AccountId, e.Name }).IsUnique().HasFilter("\"State\" <> 'Deleted'");
        builder.HasOne<Account>().WithMany().HasForeignKey(e => e.AccountId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class TemplateCopyMapping : IEntityTypeConfiguration<TemplateCopy>
{
    public void Configure(EntityTypeBuilder<TemplateCopy> builder)
    {
        builder.Aggregate();
        builder.HasIndex(e => new { e.TemplateId, e.PoolId }).IsUnique(); // who comes second waits for the first
        builder.HasOne<Template>().WithMany().HasForeignKey(e => e.TemplateId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<StoragePool>().WithMany().HasForeignKey(e => e.PoolId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class OperationMapping : IEntityTypeConfiguration<Operation>
{
    public void Configure(EntityTypeBuilder<Operation> builder)
    {
        builder.Aggregate();
        builder.HasIndex(e => new { e.Status, e.NotBefore });
        builder.HasIndex(e => new { e.SubjectId, e.Id });
        builder.HasIndex(e => new { e.AccountId, e.Id });
        builder.HasIndex(e => new { e.Actor, e.IdempotencyKey }).IsUnique().HasFilter("\"IdempotencyKey\" IS NOT NULL");
    }
}

internal sealed class OperationStepMapping : IEntityTypeConfiguration<OperationStep>
{
    public void Configure(EntityTypeBuilder<OperationStep> builder)
    {
        builder.HasKey(e => new { e.OperationId, e.Index });
        builder.HasOne<Operation>().WithMany().HasForeignKey(e => e.OperationId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class OperationSubjectMapping : IEntityTypeConfiguration<OperationSubject>
{
    public void Configure(EntityTypeBuilder<OperationSubject> builder)
    {
        builder.HasKey(e => e.Position);
        builder.HasIndex(e => new { e.SubjectId, e.Position });
        builder.HasIndex(e => e.OperationId);
        builder.HasOne<Operation>().WithMany().HasForeignKey(e => e.OperationId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class IdempotentReplyMapping : IEntityTypeConfiguration<IdempotentReply>
{
    public void Configure(EntityTypeBuilder<IdempotentReply> builder) => builder.HasKey(e => new { e.AccountId, e.Key });
}
