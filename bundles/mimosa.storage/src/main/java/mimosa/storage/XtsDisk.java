package mimosa.storage;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts another disk by AES-256 in XTS mode (IEEE 1619), the usual way for disks: same size, each sector of 4 KiB on
 * its own, bound to its place. Hides the content; somebody who can write the file can still put back older sectors.
 */
final class XtsDisk implements Disk {
    static final int SECTOR = 4096;
    static final int KEY_BYTES = 64;
    private static final int BLOCK = 16;

    private final Disk disk;
    private final Cipher encrypt;
    private final Cipher decrypt;
    private final Cipher tweak;

    /** @param key 64 random bytes; the first half for the data, the second for the places */
    XtsDisk(Disk disk, byte[] key) {
        this.disk = disk;
        try {
            encrypt = aes(Cipher.ENCRYPT_MODE, Arrays.copyOfRange(key, 0, KEY_BYTES / 2));
            decrypt = aes(Cipher.DECRYPT_MODE, Arrays.copyOfRange(key, 0, KEY_BYTES / 2));
            tweak = aes(Cipher.ENCRYPT_MODE, Arrays.copyOfRange(key, KEY_BYTES / 2, KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw Failures.storage("cannot encrypt with AES-256", e);
        }
    }

    private static Cipher aes(int mode, byte[] key) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"));
        return cipher;
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) throws IOException {
        long start = position / SECTOR * SECTOR;
        long end = (position + length + SECTOR - 1) / SECTOR * SECTOR;
        byte[] sectors = new byte[Math.toIntExact(end - start)];
        disk.read(start, sectors, 0, sectors.length);
        for (int at = 0; at < sectors.length; at += SECTOR) {
            crypt(decrypt, (start + at) / SECTOR, sectors, at);
        }
        System.arraycopy(sectors, (int) (position - start), target, offset, length);
    }

    /** Whole sectors only, which is all that a store writes. */
    @Override
    public void write(long position, byte[] source, int offset, int length) throws IOException {
        if (position % SECTOR != 0 || length % SECTOR != 0) {
            throw new IOException("cannot encrypt part of a sector: " + length + " bytes at " + position);
        }
        byte[] sectors = Arrays.copyOfRange(source, offset, offset + length);
        for (int at = 0; at < length; at += SECTOR) {
            crypt(encrypt, (position + at) / SECTOR, sectors, at);
        }
        disk.write(position, sectors, 0, length);
    }

    /** Replaces one sector by {@code E(sector ^ tweaks) ^ tweaks}, or the inverse. */
    private synchronized void crypt(Cipher cipher, long sector, byte[] bytes, int offset) throws IOException {
        try {
            byte[] tweaks = tweaks(sector);
            xor(bytes, offset, tweaks);
            cipher.doFinal(bytes, offset, SECTOR, bytes, offset);
            xor(bytes, offset, tweaks);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot encrypt or decrypt sector " + sector, e);
        }
    }

    /** The encrypted number of the sector, then for each further block the one before times x in GF(2^128). */
    private byte[] tweaks(long sector) throws GeneralSecurityException {
        byte[] tweaks = new byte[SECTOR];
        for (int i = 0; i < Long.BYTES; i++) {
            tweaks[i] = (byte) (sector >>> 8 * i);
        }
        tweak.doFinal(tweaks, 0, BLOCK, tweaks, 0);
        for (int block = BLOCK; block < SECTOR; block += BLOCK) {
            int carry = 0;
            for (int i = block; i < block + BLOCK; i++) {
                int previous = tweaks[i - BLOCK] & 0xff;
                tweaks[i] = (byte) (previous << 1 | carry);
                carry = previous >>> 7;
            }
            if (carry != 0) {
                tweaks[block] ^= (byte) 0x87;
            }
        }
        return tweaks;
    }

    private static void xor(byte[] bytes, int offset, byte[] with) {
        for (int i = 0; i < with.length; i++) {
            bytes[offset + i] ^= with[i];
        }
    }

    @Override
    public long size() throws IOException {
        return disk.size();
    }

    @Override
    public void truncate(long size) throws IOException {
        disk.truncate(size);
    }

    @Override
    public void sync() throws IOException {
        disk.sync();
    }

    @Override
    public void close() throws IOException {
        disk.close();
    }
}
