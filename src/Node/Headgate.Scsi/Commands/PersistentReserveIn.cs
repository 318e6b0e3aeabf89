using System.Buffers.Binary;
using System.Text;
using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Reservations;

namespace Headgate.Scsi.Commands;

/// <summary>PERSISTENT RESERVE IN (SPC-4 6.15). Lengths in the data are whole even when the data is cut.</summary>
internal static class PersistentReserveIn
{
    private const int AllocationLength = 7;
    private const int HeaderBytes = 8;
    private const int KeyBytes = 8;
    private const int FullStatusBytes = 24;

    /// <summary>TransportID of iSCSI with an ISID (SPC-4 7.6.4.6): FORMAT CODE 01b, protocol 5h.</summary>
    private const byte IscsiPortTransport = 0x45;

    /// <summary>SPC-4 7.6.4.6: an iSCSI TransportID has at least 20 bytes of name.</summary>
    private const int MinNameBytes = 20;

    public static CommandPlan PlanReadKeys(in CommandContext context)
    {
        var registrations = context.State.Persistent.Registrations;
        var data = Header(context, registrations.Length * KeyBytes);
        for (var i = 0; i < registrations.Length; i++)
            BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(HeaderBytes + i * KeyBytes), registrations[i].Key);
        return Answer(context, data);
    }

    public static CommandPlan PlanReadReservation(in CommandContext context)
    {
        var persistent = context.State.Persistent;
        if (!persistent.IsReserved)
            return Answer(context, Header(context, 0));
        var data = Header(context, 16);
        // Held by all registrants: key zero (SPC-4 6.15.3.2).
        if (persistent.HolderPort is { } port && persistent.Find(port) is { } holder)
            BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(HeaderBytes), holder.Key);
        data[HeaderBytes + 13] = (byte)persistent.Type;
        return Answer(context, data);
    }

    public static CommandPlan PlanReportCapabilities(in CommandContext context)
    {
        const byte allTargetPorts = 0x04, persistThroughPowerLoss = 0x01, typeMaskValid = 0x80;
        var canPersist = context.Unit.ReservationStore is not null;
        var data = new byte[8];
        data[1] = 8;
        data[2] = (byte)(allTargetPorts | (canPersist ? persistThroughPowerLoss : 0));
        data[3] = (byte)(typeMaskValid | (context.State.Persistent.PersistsThroughPowerLoss ? 1 : 0));
        data[4] = 0xEA; // WR_EX_AR, EX_AC_RO, WR_EX_RO, EX_AC, WR_EX
        data[5] = 0x01; // EX_AC_AR
        return Answer(context, data);
    }

    public static CommandPlan PlanReadFullStatus(in CommandContext context)
    {
        var persistent = context.State.Persistent;
        var descriptors = persistent.Registrations.Select(one => FullStatus(one, persistent)).ToArray();
        var data = Header(context, descriptors.Sum(one => one.Length));
        var at = HeaderBytes;
        foreach (var descriptor in descriptors)
        {
            descriptor.CopyTo(data, at);
            at += descriptor.Length;
        }

        return Answer(context, data);
    }

    private static byte[] FullStatus(Registration registration, PersistentReservations persistent)
    {
        const byte holder = 0x01;
        var nameBytes = Encoding.UTF8.GetByteCount(registration.InitiatorPort);
        var padded = Math.Max(MinNameBytes, (nameBytes + 4) & ~3);
        var descriptor = new byte[FullStatusBytes + 4 + padded];
        BinaryPrimitives.WriteUInt64BigEndian(descriptor, registration.Key);
        if (persistent.IsHolder(registration.InitiatorPort))
        {
            descriptor[12] = holder;
            descriptor[13] = (byte)persistent.Type;
        }

        BinaryPrimitives.WriteUInt16BigEndian(descriptor.AsSpan(18), DeviceIdentification.TargetPort);
        BinaryPrimitives.WriteInt32BigEndian(descriptor.AsSpan(20), 4 + padded);
        var transport = descriptor.AsSpan(FullStatusBytes);
        transport[0] = IscsiPortTransport;
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], (ushort)padded);
        Encoding.UTF8.GetBytes(registration.InitiatorPort, transport[4..]);
        return descriptor;
    }

    private static byte[] Header(in CommandContext context, int additional)
    {
        var data = new byte[HeaderBytes + additional];
        BinaryPrimitives.WriteUInt32BigEndian(data, context.State.Persistent.Generation);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), additional);
        return data;
    }

    private static CommandPlan Answer(in CommandContext context, byte[] data) =>
        CommandPlan.Respond(ScsiResult.Data(data, Cdb.U16(context.Cdb, AllocationLength)));
}
