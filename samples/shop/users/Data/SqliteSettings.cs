namespace Shop.Users.Data;

/// <summary>A file, shared by all replicas on the machine.</summary>
internal sealed class SqliteSettings(string file) : DatabaseSettings
{
    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>Checks what <c>SHOP_DATABASE</c> says.</summary>
    /// <exception cref="SettingsException">No file can be there.</exception>
    public static SqliteSettings Parse(string path)
    {
        var file = Path.GetFullPath(path);
        if (Directory.Exists(file)) throw new SettingsException("SHOP_DATABASE", $"{file} is a folder; name a file in it");
        var folder = Path.GetDirectoryName(file)!;
        if (!Directory.Exists(folder)) throw new SettingsException("SHOP_DATABASE", $"the folder {folder} doesn't exist");
        return new SqliteSettings(file);
    }

    /// <inheritdoc/>
    public override IDatabase Open(IServiceProvider services) => new SqliteDatabase(File);

    /// <inheritdoc/>
    public override string ToString() => $"SQLite file {File}";
}
