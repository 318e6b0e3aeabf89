using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Node.Catalog;
using Volume = Headgate.Node.Catalog.Volume;

namespace Headgate.Node.ElementApi;

/// <summary>
/// What a request makes of a volume: checks and the new row, from a state alone. Each plan is made twice: once to turn a
/// bad request down before a file is touched, and again under the catalog's lock.
/// </summary>
internal static class VolumePlans
{
    public static Volume Create(CatalogState state, CreateVolumeParams asked, long id, DateTimeOffset now)
    {
        var name = ElementRules.Name(asked.Name, "name", ElementRules.Limits.VolumeNameLengthMax);
        var owner = state.Account(asked.AccountID);
        CheckCounts(state, owner.Id);
        var access = ElementRules.Access(asked.Access);
        if (access is not (null or Catalog.VolumeAccess.SnapMirrorTarget or Catalog.VolumeAccess.ReadWrite))
            throw ElementFault.Invalid($"A new volume cannot have access {asked.Access}; create it, then modify it.");
        var (qos, policy) = NewQos(state, asked.Qos, asked.QosPolicyID, asked.AssociateWithQoSPolicy);
        var shape = VolumeShape.Of(asked);
        return new Volume
        {
            Id = id,
            Uuid = Guid.NewGuid(),
            Name = name,
            AccountId = owner.Id,
            TargetName = TargetNaming.TargetName(state.Identity.UniqueId, name, id),
            TotalSize = ElementRules.VolumeSize(asked.TotalSize, "totalSize"),
            Enable512e = shape.Enable512e,
            Plain512 = shape.Plain512,
            Removable = shape.Removable,
            HidesUnmap = shape.HidesUnmap,
            Qos = qos,
            QosPolicyId = policy,
            Access = access ?? Catalog.VolumeAccess.ReadWrite,
            CreateTime = now,
            Attributes = ElementRules.Attributes(asked.Attributes) ?? CatalogJson.NoAttributes,
            EnableSnapMirrorReplication = asked.EnableSnapMirrorReplication ?? false,
            FifoSize = asked.FifoSize is > 0 ? asked.FifoSize.Value : 24,
            MinFifoSize = asked.MinFifoSize ?? 0,
        };
    }

    public static Volume Modify(CatalogState state, Volume volume, ModifyVolumeParams asked)
    {
        var (qos, policy) = ChangedQos(state, volume, asked);
        var size = asked.TotalSize is null or 0 ? volume.TotalSize : ElementRules.VolumeSize(asked.TotalSize.Value, "totalSize");
        if (size < volume.TotalSize)
            throw new ElementFault(ElementErrorNames.VolumeShrinkProhibited, "Lowering a volume size is not allowed.");
        var owner = asked.AccountID is null or 0 ? volume.AccountId : state.Account(asked.AccountID.Value).Id;
        if (owner != volume.AccountId) CheckAccountCount(state, owner);
        return volume with
        {
            AccountId = owner,
            Access = ElementRules.Access(asked.Access) ?? volume.Access,
            Qos = qos,
            QosPolicyId = policy,
            TotalSize = size,
            Attributes = ElementRules.Attributes(asked.Attributes) ?? volume.Attributes,
            EnableSnapMirrorReplication = asked.EnableSnapMirrorReplication ?? volume.EnableSnapMirrorReplication,
            FifoSize = asked.FifoSize is > 0 ? asked.FifoSize.Value : volume.FifoSize,
            MinFifoSize = asked.MinFifoSize ?? volume.MinFifoSize,
        };
    }

    /// <summary>A clone of a volume as it is, or of one of its snapshots; group membership is not inherited.</summary>
    public static Volume Clone(CatalogState state, Volume source, long sourceSize, CloneVolumeParams asked, long id, DateTimeOffset now)
    {
        var name = ElementRules.Name(asked.Name, "name", ElementRules.Limits.VolumeNameLengthMax);
        var owner = asked.NewAccountID is null or 0 ? state.Account(source.AccountId) : state.Account(asked.NewAccountID.Value);
        CheckCounts(state, owner.Id);
        var size = asked.NewSize is null or 0 ? sourceSize : ElementRules.VolumeSize(asked.NewSize.Value, "newSize");
        if (size < sourceSize)
            throw new ElementFault(
                ElementErrorNames.VolumeShrinkProhibited,
                $"newSize {size} is below the {sourceSize} bytes of the source; a clone can be as large or larger.");
        if (asked.Enable512e is { } wanted && wanted != source.Enable512e)
            throw ElementFault.Invalid("A clone has the block size of its source; leave enable512e out.");
        return new Volume
        {
            Id = id,
            Uuid = Guid.NewGuid(),
            Name = name,
            AccountId = owner.Id,
            TargetName = TargetNaming.TargetName(state.Identity.UniqueId, name, id),
            TotalSize = size,
            Enable512e = source.Enable512e,
            Plain512 = source.Plain512,
            Removable = source.Removable,
            HidesUnmap = source.HidesUnmap,
            Qos = source.Qos,
            QosPolicyId = source.QosPolicyId,
            Access = ElementRules.Access(asked.Access) ?? source.Access,
            CreateTime = now,
            Attributes = ElementRules.Attributes(asked.Attributes) ?? source.Attributes,
            EnableSnapMirrorReplication = asked.EnableSnapMirrorReplication ?? source.EnableSnapMirrorReplication,
            FifoSize = source.FifoSize,
            MinFifoSize = source.MinFifoSize,
        };
    }

    private static (QosValues Qos, long? Policy) NewQos(CatalogState state, QosParams? own, long? policyId, bool? associate)
    {
        if (policyId is null or 0) return (QosRules.Complete(own, state.DefaultQos), null);
        if (QosRules.IsGiven(own)) throw ElementFault.Invalid("Give either qos or qosPolicyID, not both.");
        var policy = state.Policy(policyId.Value);
        return (policy.Qos, associate == false ? null : policy.Id);
    }

    private static (QosValues Qos, long? Policy) ChangedQos(CatalogState state, Volume volume, ModifyVolumeParams asked)
    {
        if (asked.QosPolicyID is null or 0)
        {
            var isOwn = QosRules.IsGiven(asked.Qos) || asked.AssociateWithQoSPolicy == false;
            return (QosRules.Merge(asked.Qos, volume.Qos), isOwn ? null : volume.QosPolicyId);
        }
        return NewQos(state, asked.Qos, asked.QosPolicyID, asked.AssociateWithQoSPolicy);
    }

    private static void CheckCounts(CatalogState state, long accountId)
    {
        if (state.Volumes.Count >= ElementRules.Limits.VolumeCountMax)
            throw new ElementFault(
                ElementErrorNames.MaxVolumeCountExceeded,
                $"The cluster has {state.Volumes.Count} volumes, deleted ones included, which is all that it can have.");
        CheckAccountCount(state, accountId);
    }

    private static void CheckAccountCount(CatalogState state, long accountId)
    {
        var count = state.CountVolumesOf(accountId);
        if (count >= ElementRules.Limits.VolumesPerAccountCountMax)
            throw new ElementFault(
                ElementErrorNames.MaxVolumeCountExceeded,
                $"AccountID {accountId} has {count} volumes, deleted ones included, which is all that an account can have.");
    }
}
