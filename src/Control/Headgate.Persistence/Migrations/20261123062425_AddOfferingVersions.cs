using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Headgate.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class AddOfferingVersions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_DiskOfferings_Name",
                table: "DiskOfferings");

            migrationBuilder.DropIndex(
                name: "IX_ComputeOfferings_Name",
                table: "ComputeOfferings");

            migrationBuilder.AddColumn<string>(
                name: "Placement",
                table: "Zones",
                type: "TEXT",
                maxLength: 32,
                nullable: false,
                defaultValue: "Spread");

            migrationBuilder.AddColumn<Guid>(
                name: "ClusterId",
                table: "Volumes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "HostId",
                table: "Volumes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ReservedBandwidth",
                table: "Volumes",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<Guid>(
                name: "StorageKey",
                table: "Volumes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "AllowedBandwidth",
                table: "Pools",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "BandwidthOvercommit",
                table: "Pools",
                type: "REAL",
                nullable: false,
                defaultValue: 1.0);

            migrationBuilder.AddColumn<string>(
                name: "ExclusiveTags",
                table: "Pools",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<long>(
                name: "ReservedBandwidth",
                table: "Pools",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "AccountIds",
                table: "DiskOfferings",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<Guid>(
                name: "FirstId",
                table: "DiskOfferings",
                type: "TEXT",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"));

            migrationBuilder.AddColumn<int>(
                name: "Number",
                table: "DiskOfferings",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<string>(
                name: "Price",
                table: "DiskOfferings",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "SizeFrom",
                table: "DiskOfferings",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "SizeTo",
                table: "DiskOfferings",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "SupersededAt",
                table: "DiskOfferings",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TagExpression",
                table: "DiskOfferings",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ZoneIds",
                table: "DiskOfferings",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<string>(
                name: "AccountIds",
                table: "ComputeOfferings",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<Guid>(
                name: "FirstId",
                table: "ComputeOfferings",
                type: "TEXT",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"));

            migrationBuilder.AddColumn<int>(
                name: "Number",
                table: "ComputeOfferings",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<string>(
                name: "Price",
                table: "ComputeOfferings",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "SupersededAt",
                table: "ComputeOfferings",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TagExpression",
                table: "ComputeOfferings",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ZoneIds",
                table: "ComputeOfferings",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.CreateTable(
                name: "VolumeMoves",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    VolumeId = table.Column<Guid>(type: "TEXT", nullable: false),
                    PoolId = table.Column<Guid>(type: "TEXT", nullable: false),
                    StorageKey = table.Column<Guid>(type: "TEXT", nullable: false),
                    Handle = table.Column<string>(type: "TEXT", nullable: true),
                    IsSwitched = table.Column<bool>(type: "INTEGER", nullable: false),
                    ReservedBytes = table.Column<long>(type: "INTEGER", nullable: false),
                    ReservedIops = table.Column<long>(type: "INTEGER", nullable: false),
                    ReservedBandwidth = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_VolumeMoves", x => x.Id);
                    table.ForeignKey(
                        name: "FK_VolumeMoves_Pools_PoolId",
                        column: x => x.PoolId,
                        principalTable: "Pools",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_VolumeMoves_Volumes_VolumeId",
                        column: x => x.VolumeId,
                        principalTable: "Volumes",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Volumes_StorageKey",
                table: "Volumes",
                column: "StorageKey",
                filter: "\"StorageKey\" IS NOT NULL");

            // Those that were there are the first versions of themselves.
            migrationBuilder.Sql("UPDATE \"DiskOfferings\" SET \"FirstId\" = \"Id\";");
            migrationBuilder.Sql("UPDATE \"ComputeOfferings\" SET \"FirstId\" = \"Id\";");

            migrationBuilder.CreateIndex(
                name: "IX_DiskOfferings_FirstId_Number",
                table: "DiskOfferings",
                columns: new[] { "FirstId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_DiskOfferings_Name",
                table: "DiskOfferings",
                column: "Name",
                unique: true,
                filter: "\"RetiredAt\" IS NULL AND \"SupersededAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_ComputeOfferings_FirstId_Number",
                table: "ComputeOfferings",
                columns: new[] { "FirstId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ComputeOfferings_Name",
                table: "ComputeOfferings",
                column: "Name",
                unique: true,
                filter: "\"RetiredAt\" IS NULL AND \"SupersededAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_VolumeMoves_PoolId",
                table: "VolumeMoves",
                column: "PoolId");

            migrationBuilder.CreateIndex(
                name: "IX_VolumeMoves_StorageKey",
                table: "VolumeMoves",
                column: "StorageKey");

            migrationBuilder.CreateIndex(
                name: "IX_VolumeMoves_VolumeId",
                table: "VolumeMoves",
                column: "VolumeId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "VolumeMoves");

            migrationBuilder.DropIndex(
                name: "IX_Volumes_StorageKey",
                table: "Volumes");

            migrationBuilder.DropIndex(
                name: "IX_DiskOfferings_FirstId_Number",
                table: "DiskOfferings");

            migrationBuilder.DropIndex(
                name: "IX_DiskOfferings_Name",
                table: "DiskOfferings");

            migrationBuilder.DropIndex(
                name: "IX_ComputeOfferings_FirstId_Number",
                table: "ComputeOfferings");

            migrationBuilder.DropIndex(
                name: "IX_ComputeOfferings_Name",
                table: "ComputeOfferings");

            migrationBuilder.DropColumn(
                name: "Placement",
                table: "Zones");

            migrationBuilder.DropColumn(
                name: "ClusterId",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "HostId",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "ReservedBandwidth",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "StorageKey",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "AllowedBandwidth",
                table: "Pools");

            migrationBuilder.DropColumn(
                name: "BandwidthOvercommit",
                table: "Pools");

            migrationBuilder.DropColumn(
                name: "ExclusiveTags",
                table: "Pools");

            migrationBuilder.DropColumn(
                name: "ReservedBandwidth",
                table: "Pools");

            migrationBuilder.DropColumn(
                name: "AccountIds",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "FirstId",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "Number",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "Price",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "SizeFrom",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "SizeTo",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "SupersededAt",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "TagExpression",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "ZoneIds",
                table: "DiskOfferings");

            migrationBuilder.DropColumn(
                name: "AccountIds",
                table: "ComputeOfferings");

            migrationBuilder.DropColumn(
                name: "FirstId",
                table: "ComputeOfferings");

            migrationBuilder.DropColumn(
                name: "Number",
                table: "ComputeOfferings");

            migrationBuilder.DropColumn(
                name: "Price",
                table: "ComputeOfferings");

            migrationBuilder.DropColumn(
                name: "SupersededAt",
                table: "ComputeOfferings");

            migrationBuilder.DropColumn(
                name: "TagExpression",
                table: "ComputeOfferings");

            migrationBuilder.DropColumn(
                name: "ZoneIds",
                table: "ComputeOfferings");

            migrationBuilder.CreateIndex(
                name: "IX_DiskOfferings_Name",
                table: "DiskOfferings",
                column: "Name",
                unique: true,
                filter: "\"RetiredAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_ComputeOfferings_Name",
                table: "ComputeOfferings",
                column: "Name",
                unique: true,
                filter: "\"RetiredAt\" IS NULL");
        }
    }
}
