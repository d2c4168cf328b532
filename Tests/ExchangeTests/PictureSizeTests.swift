import Exchange
import Testing

@Suite struct PictureSizeTests {
    /// Heads of real pictures, made with other programs.
    @Test func `a picture's size is read from its own head`() {
        let png: [UInt8] =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 1, 0x2C, 0, 0, 0, 0x64]
        #expect(PictureSize(png) == PictureSize(kind: .png, width: 300, height: 100))
        let jpeg: [UInt8] =
            [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]
            + [0xFF, 0xDB, 0, 4, 0, 0] + [0xFF, 0xC2, 0, 17, 8, 0, 0x64, 1, 0x2C, 3]
        #expect(PictureSize(jpeg) == PictureSize(kind: .jpeg, width: 300, height: 100))
        let riff = Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBP".utf8)
        let lossy = riff + Array("VP8 ".utf8) + [0, 0, 0, 0, 0, 0, 0, 0x9D, 0x01, 0x2A, 0x2C, 1, 0x64, 0]
        #expect(PictureSize(lossy) == PictureSize(kind: .webp, width: 300, height: 100))
        // 299 and 99 in 14 bits each.
        let bits: UInt32 = 299 | 99 << 14
        let lossless = riff + Array("VP8L".utf8) + [0, 0, 0, 0, 0x2F] + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) }
        #expect(PictureSize(lossless) == PictureSize(kind: .webp, width: 300, height: 100))
        let extended = riff + Array("VP8X".utf8) + [10, 0, 0, 0, 0, 0, 0, 0, 0x2B, 1, 0, 0x63, 0, 0]
        #expect(PictureSize(extended) == PictureSize(kind: .webp, width: 300, height: 100))
    }

    @Test func `cut off anywhere it is no picture, and never a trap`() {
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF] + Array(repeating: 0xFF, count: 40)
        for count in 0...jpeg.count { _ = PictureSize(Array(jpeg.prefix(count))) }
        let webp = Array("RIFF0000WEBPVP8L00000".utf8)
        for count in 0...webp.count { #expect(PictureSize(Array(webp.prefix(count))) == nil) }
        #expect(PictureSize(Array("%PDF-1.7".utf8)) == nil)
        #expect(PictureSize([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) == nil)
    }
}
